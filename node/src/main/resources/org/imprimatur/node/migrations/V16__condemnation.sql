-- Running instances that no longer pass: why, since when, and what came of it. Each condemnation stays on record.

create table condemnation_reasons (
    digest  text primary key,
    reasons text not null
);

create table condemnation (
    number        bigint      generated always as identity primary key,
    instance      bigint      not null references instance (number),
    since         timestamptz not null,
    reasons       text        not null references condemnation_reasons (digest),
    pardoned_at   timestamptz,
    attempts      integer     not null default 0,
    retry_at      timestamptz,
    failure       text,
    terminated_at timestamptz
);

-- An instance is condemned once at a time.
create unique index condemnation_standing on condemnation (instance) where pardoned_at is null;

-- Which node looks after what runs, where several share the database.
create table watch_lease (
    one    boolean     primary key default true check (one),
    holder uuid        not null,
    until  timestamptz not null
);
