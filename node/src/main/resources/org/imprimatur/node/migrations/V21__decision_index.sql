-- Decisions come by the ten thousand each second, and are found by their ids. They are added in the order of time; nobody looks for them by image, which instances are found by.

drop index decision_image;
drop index decision_at;
create index decision_at on decision using brin (at);
