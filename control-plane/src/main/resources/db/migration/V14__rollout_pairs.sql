-- In the shadow both versions answer the same requests: pairs of which both answers were bad say nothing of either.
alter table rollout_slice add column both_bad_count bigint default 0 not null;
