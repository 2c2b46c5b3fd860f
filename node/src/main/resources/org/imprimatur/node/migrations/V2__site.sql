-- What a site follows: derived from the ledgers of others, kept so that a restart need not fetch it again.

create table followed_ledger (
    origin      text   primary key,
    charter     bytea  not null,
    checkpoint  bytea  not null,
    size        bigint not null,
    verified_at timestamptz,
    fault       text
);

create table followed_entry (
    origin text   not null references followed_ledger,
    index  bigint not null,
    bytes  bytea  not null,
    primary key (origin, index)
);

-- Every decision, as it was given.
create table decision (
    id          uuid        primary key,
    at          timestamptz not null,
    permitted   boolean     not null,
    image       bytea       not null,
    class       text        not null,
    action      text        not null,
    operator    text        not null,
    host        text,
    reasons     text        not null,
    obligations text        not null,
    positions   text        not null,
    policy      bytea       not null
);

create index decision_at on decision (at);
create index decision_image on decision (image, at);

-- Where each approved endorsement's image file stands on its way into the store.
create table transfer (
    catalogue   text        not null,
    endorsement bytea       not null,
    state       text        not null,
    why         text        not null,
    file_name   text        not null,
    digest      bytea       not null,
    attempts    integer     not null,
    retry_at    timestamptz,
    modified_at timestamptz,
    primary key (catalogue, endorsement)
);
