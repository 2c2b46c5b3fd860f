-- Until when decisions rested on a view, to the hour: one whose decisions are kept no longer goes after them.

alter table decision_view add column used_at timestamptz not null default now();
alter table decision_view alter column used_at drop default;
