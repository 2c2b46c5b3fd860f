-- Each site policy under which decisions were given, so that a decision can be made again.

create table site_policy (
    digest  bytea       primary key,
    text    text        not null,
    used_at timestamptz not null
);
