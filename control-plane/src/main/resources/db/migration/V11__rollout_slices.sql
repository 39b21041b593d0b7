-- What is asked after a rollback: where it was worse, and with which requests.
create table rollout_slice (
    rollout_id varchar(64) not null references rollout (id),
    weight_revision bigint not null,
    metric varchar(32) not null,
    dimension varchar(32) not null,
    part varchar(200) not null,
    candidate_count bigint not null,
    candidate_bad_count bigint not null,
    baseline_count bigint not null,
    baseline_bad_count bigint not null
);
create index rollout_slice_by_rollout on rollout_slice (rollout_id);

create table rollout_sample (
    rollout_id varchar(64) not null references rollout (id),
    call_id varchar(64) not null,
    request_id varchar(128) not null,
    candidate boolean not null,
    metric varchar(32) not null,
    tenant varchar(64) not null,
    query_type varchar(32) not null
);
create index rollout_sample_by_rollout on rollout_sample (rollout_id, candidate);
