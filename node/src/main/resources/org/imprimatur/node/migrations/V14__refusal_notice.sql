-- Refusals whose endorsers are to be told, or have been. A row is there before anything is sent.

create table refusal_notice (
    refusal    bytea       primary key,
    state      text        not null,
    recipient  text        not null,
    why        text        not null,
    attempts   integer     not null,
    retry_at   timestamptz not null,
    changed_at timestamptz not null
);
