-- What is known of flaws in the packages of endorsed images, by the digest of their bill of materials. Each change of that knowledge has a number, its revision: what was
-- known at a revision can be asked for ever after.

create table flaw_lease (
    one    boolean primary key default true check (one),
    holder uuid not null,
    until  timestamptz not null
);

-- fault: why nothing could be looked at from this revision on; empty for nothing.
create table flaw_revision (
    revision bigint primary key,
    at       timestamptz not null,
    fault    text not null
);
create index flaw_revision_at on flaw_revision (at);

create table flaw_feed (
    name           text not null,
    from_revision  bigint not null references flaw_revision,
    until_revision bigint references flaw_revision,
    url            text not null,
    sha256         bytea not null check (length(sha256) = 32),
    fetched        timestamptz not null,
    published      timestamptz not null,
    primary key (name, from_revision)
);

-- Which bills of materials were looked at, with which state of all feeds. revision: of the last change of what is known of it.
create table flaw_sbom (
    sbom       bytea primary key check (length(sbom) = 32),
    feeds      bytea check (length(feeds) = 32),
    looked_at  timestamptz,
    failures   int not null,
    retry_at   timestamptz,
    revision   bigint not null references flaw_revision
);
create index flaw_sbom_revision on flaw_sbom (revision);

-- obstacle: why it could not be looked at; empty when it could. feeds: the names of those that speak of its packages.
create table flaw_look (
    sbom           bytea not null check (length(sbom) = 32),
    from_revision  bigint not null references flaw_revision,
    until_revision bigint references flaw_revision,
    obstacle       text not null,
    feeds          text[] not null,
    primary key (sbom, from_revision)
);

-- A flaw of an installed package. since: when it became known here as open; patch_since: when it became known that there is a patch, null where there is none.
create table flaw (
    sbom           bytea not null check (length(sbom) = 32),
    name           text not null,
    installed      text not null,
    id             text not null,
    from_revision  bigint not null references flaw_revision,
    until_revision bigint references flaw_revision,
    fixed          text not null,
    urgency        text not null,
    since          timestamptz not null,
    patch_since    timestamptz,
    primary key (sbom, name, installed, id, from_revision)
);
