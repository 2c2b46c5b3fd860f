-- The ledger: everything else in this database can be derived from the table "entry".

create table entry (
    index       bigint      primary key,
    id          bytea       not null unique,
    kind        text        not null,
    admitted_at timestamptz not null,
    leaf_hash   bytea       not null,
    bytes       bytea       not null
);

-- Tiles grow at their end; what was there stays, so each partial tile is a prefix of its row.
create table tile (
    level  smallint not null,
    index  bigint   not null,
    hashes bytea    not null,
    primary key (level, index)
);

-- Hashes do not compress.
alter table tile alter column hashes set storage external;
alter table entry alter column bytes set storage extended;

-- One row: the newest checkpoint, as signed.
create table head (
    only_row   boolean primary key default true check (only_row),
    size       bigint  not null,
    checkpoint bytea   not null
);

-- Endorsed images, for lists; whether an endorsement counts is the register's answer.
create table image (
    index       bigint primary key,
    endorsement bytea  not null unique,
    guid        uuid   not null,
    version     text   not null,
    tag         text,
    owner       text   not null,
    digest      bytea  not null
);

create index image_guid on image (guid, index);
create index image_tag on image (tag, index);
create index image_owner on image (owner, index);
create index image_digest on image (digest, index);

-- Attachments by digest. Without a size: a statement names it, and it has not come yet.
create table attachment (
    sha256     bytea       primary key,
    size       bigint,
    stored_at  timestamptz,
    referenced boolean     not null
);

create index attachment_unreferenced on attachment (stored_at) where not referenced;
