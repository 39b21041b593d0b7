-- Rollouts as the events that led to them. The same statements make it in H2 (in its PostgreSQL mode) and in PostgreSQL.

-- The fence is the number of the controller that may act; whoever takes a rollout over raises it, and an older controller's events are refused.
create table rollout (
    id varchar(64) primary key,
    alias varchar(200) not null,
    plan text not null,
    phase varchar(16) not null,
    fence bigint not null,
    event_count bigint not null
);

-- One at a time for each alias.
create table rollout_active (
    alias varchar(200) primary key,
    rollout_id varchar(64) not null references rollout (id)
);

create table rollout_event (
    rollout_id varchar(64) not null references rollout (id),
    number bigint not null,
    event text not null,
    primary key (rollout_id, number)
);

create table rollout_decision (
    rollout_id varchar(64) not null references rollout (id),
    number bigint not null,
    decision text not null,
    primary key (rollout_id, number)
);

-- What each alias means now: the latest weight of its latest rollout.
create table rollout_weight (
    alias varchar(200) primary key,
    rollout_id varchar(64) not null references rollout (id),
    baseline varchar(200) not null,
    candidate varchar(200) not null,
    candidate_share double precision not null,
    revision bigint not null
);
