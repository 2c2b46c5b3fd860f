-- What was found against ledgers, with the evidence as a file of its own. Nothing here is ever derived again.

create table alarm (
    id          text        primary key,
    origin      text        not null,
    kind        text        not null,
    found_at    timestamptz not null,
    last_at     timestamptz not null,
    explanation text        not null,
    evidence    bytea       not null
);
