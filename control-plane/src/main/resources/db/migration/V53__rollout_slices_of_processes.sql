-- Each process adds to rows of its own: every few seconds there was another row for each slice. What was written before, and what replicas
-- write that are not updated yet, is nobody's and stays as it is. The same statements make it in H2 (in its PostgreSQL mode) and in PostgreSQL.
alter table rollout_slice add column process varchar(64) default '' not null;
create index rollout_slice_by_process on rollout_slice (rollout_id, process, weight_revision, metric, dimension, part);
