-- Condemnations come by the hundred thousand. Their statement itself takes instances and reasons from where they are, and neither is ever taken away.

alter table condemnation
    drop constraint condemnation_instance_fkey,
    drop constraint condemnation_reasons_fkey;
