-- What was published in another format than the endorsed one: SHA-512 of the file that was made and proven by the content root.
-- Rows stay, so that whoever meets such a file learns which image it is.

alter table publication add column converted bytea;

create index publication_converted on publication (converted) where converted is not null;
