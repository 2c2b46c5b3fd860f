-- HEPiX image lists: of each path the newest list as it was signed. Its version only rises.

create table image_list (
    path    text        primary key,
    version text        not null,
    created timestamptz not null,
    expires timestamptz not null,
    subject text        not null,
    issuer  text        not null,
    by_node boolean     not null,
    content bytea       not null,
    message bytea       not null
);

alter table image_list alter column message set storage external;
