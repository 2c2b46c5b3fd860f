-- Condemnations come and go by the hundred thousand, and each index costs as much as the rows. A condemnation is that of its instance since a moment; while it stands, its instance alone finds it.

alter table condemnation drop column number;
create index condemnation_since on condemnation using brin (since);
