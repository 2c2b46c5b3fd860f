-- What else each decision depended on, so that it can be made again: the name of the image as it was asked for, and what was in view.

create table charter (
    digest bytea primary key,
    bytes  bytea not null
);

-- How far each ledger had come, under which charter, when it was verified, and what was wrong with it; the site's own is the first.
create table decision_view (
    digest bytea primary key,
    text   text  not null
);

-- Without an image: what was asked for is no name of one. Without a resource: it was asked for by its digest.
alter table decision
    alter column image drop not null,
    add column resource text,
    add column view     bytea;

create index publication_driver_id on publication (driver, driver_id) where driver_id is not null;
