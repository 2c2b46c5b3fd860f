-- An entry that its ledger could admit, and that this node does not rely on: why.

alter table followed_entry add column dispute text;
