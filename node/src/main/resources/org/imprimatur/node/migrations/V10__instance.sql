-- Every run of an image at this site, from the decision that permitted it to its end.

create table instance (
    number            bigint      generated always as identity unique,
    id                uuid        primary key,
    decision          uuid        not null unique,
    image             bytea       not null,
    class             text        not null,
    operator          text        not null,
    consumers         text[]      not null,
    host              text        not null,
    machine           text        not null,
    contextualisation bytea,
    registered_at     timestamptz not null,
    started_at        timestamptz,
    stopped_at        timestamptz
);

create index instance_running on instance (number) where stopped_at is null;
create index instance_image on instance (image, number);
create index instance_operator on instance (operator, number);
create index instance_host on instance (host, number);
create index instance_machine on instance (machine, number);
