-- The signed lists of others that a site follows. What was taken stays, also of a list that is followed no longer: so that an old state is never taken
-- for a new one, and decisions can be made again.

create table followed_list (
    name        text   primary key,
    states      bigint not null,
    verified_at timestamptz,
    fault       text,
    url         text,
    etag        text,
    modified    text
);

-- Each state that was taken, with the message as it was signed.
create table list_state (
    list       text        not null references followed_list,
    number     bigint      not null,
    identifier uuid        not null,
    version    text        not null,
    subject    text        not null,
    issuer     text        not null,
    contact    text        not null,
    expires    timestamptz not null,
    taken_at   timestamptz not null,
    message    bytea       not null,
    primary key (list, number)
);

-- What these states have of each image, from one state to before another.
create table listed_image (
    list           text   not null references followed_list,
    id             bytea  not null,
    from_state     bigint not null,
    to_state       bigint,
    guid           uuid   not null,
    version        text   not null,
    digest         bytea  not null,
    title          text   not null,
    format         text   not null,
    bytes          bigint not null,
    hypervisor     text   not null,
    system         text   not null,
    system_version text   not null,
    architecture   text   not null,
    location       text   not null,
    until          timestamptz,
    primary key (list, id, from_state)
);
