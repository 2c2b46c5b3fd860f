-- Each node of a database has a store of its own, named by the id that lies in it. What there was belongs to the node that starts first.

alter table transfer add column store uuid not null default '00000000-0000-0000-0000-000000000000';
alter table transfer drop constraint transfer_pkey;
alter table transfer add primary key (store, catalogue, endorsement);
alter table transfer alter column store drop default;
