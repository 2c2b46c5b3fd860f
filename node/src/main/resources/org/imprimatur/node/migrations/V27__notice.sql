-- What is news for those who answer for images, with whom it is for: a row for each of them is there
-- before anything is sent. The recipient is empty while nobody is known.

create table notice (
    name       text        not null,
    recipient  text        not null,
    kind       text        not null,
    subject    text        not null,
    text       text        not null,
    state      text        not null,
    why        text        not null,
    attempts   integer     not null,
    noted_at   timestamptz not null,
    retry_at   timestamptz not null,
    changed_at timestamptz not null,
    primary key (name, recipient)
);

create index notice_waiting on notice (recipient, retry_at) where state = 'waiting';
create index notice_told on notice (recipient, changed_at) where state = 'sent';
create index notice_kind on notice (kind);

-- A refusal that waits is addressed anew.
insert into notice
select encode(refusal, 'hex'), case state when 'sent' then recipient else '' end, 'refusal', '', '',
       state, why, attempts, changed_at, retry_at, changed_at
  from refusal_notice;

drop table refusal_notice;
