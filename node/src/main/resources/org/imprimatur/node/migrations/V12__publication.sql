-- Verified images at the site's drivers. A row is there, with its mark, before anything is made at the driver.

create table publication (
    mark        uuid        primary key,
    driver      text        not null,
    file_name   text        not null,
    digest      bytea       not null,
    catalogue   text        not null,
    endorsement bytea       not null,
    state       text        not null,
    why         text        not null,
    driver_id   text,
    attempts    integer     not null,
    retry_at    timestamptz,
    changed_at  timestamptz not null
);

-- A file is at a driver once, or not at all.
create unique index publication_file on publication (driver, file_name, digest) where state <> 'removed';

-- Which node speaks to a driver, where several share the database.
create table driver_lease (
    driver text        primary key,
    holder uuid        not null,
    until  timestamptz not null
);
