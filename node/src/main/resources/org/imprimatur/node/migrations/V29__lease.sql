-- Which node does what only one of those that share the database does at a time: speak to a driver, look after what runs, watch advisories.
create table lease (
    name   text        primary key,
    holder uuid        not null,
    until  timestamptz not null
);
drop table driver_lease;
drop table watch_lease;
drop table flaw_lease;
