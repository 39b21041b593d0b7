-- What live rollouts need beside their events. The same statements make it in H2 (in its PostgreSQL mode) and in PostgreSQL.
alter table rollout add column created_at timestamp with time zone;
alter table rollout add column created_by varchar(200);
alter table rollout add column reason varchar(2000);

-- The replica that acts on rollouts. Whoever sees the same beat for too long, by a clock of its own, may take the place.
create table rollout_leader (
    id integer primary key,
    holder varchar(64) not null,
    beat bigint not null
);

-- What people want, until the leader has answered it. The answer stays, so that asking again is answered again.
create table rollout_command (
    id varchar(128) primary key,
    rollout_id varchar(64) not null references rollout (id),
    asked_at timestamp with time zone not null,
    command text not null,
    answer varchar(4000),
    obeyed boolean
);
create index rollout_command_open on rollout_command (obeyed, asked_at);

-- What replicas counted and the leader has not yet taken in.
create table rollout_counts (
    id varchar(64) primary key,
    rollout_id varchar(64) not null references rollout (id),
    weight_revision bigint not null,
    counts text not null
);
create index rollout_counts_by_rollout on rollout_counts (rollout_id);

-- How each rollout stood after its latest event, for every replica to show.
create table rollout_report (
    rollout_id varchar(64) primary key references rollout (id),
    report text not null
);
