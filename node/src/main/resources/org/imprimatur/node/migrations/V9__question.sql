-- The whole question of each decision, and what it let pass that the site only audits.

alter table decision
    add column consumer          text,
    add column contextualisation bytea,
    add column audited           text;
