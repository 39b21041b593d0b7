-- What was read of a rollout's guards, now and then since it began, for curves of it. The same statements make it in H2 (in its PostgreSQL mode)
-- and in PostgreSQL.
create table rollout_reading (
    rollout_id varchar(64) not null references rollout (id),
    number bigint not null,
    reading text not null,
    primary key (rollout_id, number)
);
