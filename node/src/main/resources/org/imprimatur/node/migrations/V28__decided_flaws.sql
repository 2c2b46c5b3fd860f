-- The revision of what was known of flaws when something was decided: what was known before the oldest of them nobody asks for.
alter table decision_view add column flaws bigint;
create index decision_view_flaws on decision_view (flaws) where flaws is not null;

-- When a patch was first met with, in any image: whoever builds its flaw in again, or endorses it anew, gets no time for it anew.
create table flaw_patch (
    id    text        not null,
    name  text        not null,
    fixed text        not null,
    since timestamptz not null,
    primary key (id, name, fixed)
);
insert into flaw_patch (id, name, fixed, since)
select id, name, fixed, min(patch_since) from flaw where fixed <> '' group by id, name, fixed;
