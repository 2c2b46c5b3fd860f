-- What this node's witness has cosigned: written before a cosignature is given, never set back.

create table cosigned (
    origin      text        primary key,
    size        bigint      not null,
    note        bytea,
    cosigned_at timestamptz
);
