-- At n the newest checkpoint of this ledger with n cosignatures of witnesses or more.

create table cosigned_head (
    cosignatures smallint primary key,
    size         bigint   not null,
    note         bytea    not null
);
