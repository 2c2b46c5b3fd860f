-- What each offered file looked like when its bytes were last verified, and when that was. A file without it is verified again.

alter table transfer add column file_bytes  bigint;
alter table transfer add column changed_at  timestamptz;
alter table transfer add column inode       bigint;
alter table transfer add column verified_at timestamptz;
