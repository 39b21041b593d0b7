-- Golden sets and runs over them. The same statements make it in H2 (in its PostgreSQL mode) and in PostgreSQL.

-- A case by the hash of its canonical JSON: versions share what they have in common.
create table golden_case (
    content_hash varchar(64) primary key,
    body text not null
);

create table golden_version (
    set_name varchar(128) not null,
    number integer not null,
    hash varchar(64) not null,
    case_count integer not null,
    author varchar(200) not null,
    note varchar(1000) not null,
    created_at timestamp with time zone not null,
    primary key (set_name, number),
    unique (set_name, hash)
);

create table golden_member (
    version_hash varchar(64) not null,
    case_id varchar(200) not null,
    content_hash varchar(64) not null references golden_case (content_hash),
    primary key (version_hash, case_id)
);

create table evaluation_run (
    id varchar(64) primary key,
    set_name varchar(128) not null,
    golden_hash varchar(64) not null,
    model varchar(200) not null,
    settings text not null,
    state varchar(16) not null,
    reason varchar(1000),
    attempt_count_planned integer not null,
    author varchar(200) not null,
    created_at timestamp with time zone not null,
    ended_at timestamp with time zone
);
create index evaluation_run_by_model on evaluation_run (model, created_at);

create table evaluation_attempt (
    run_id varchar(64) not null references evaluation_run (id),
    case_id varchar(200) not null,
    repeat_index integer not null,
    passed boolean not null,
    body text not null,
    primary key (run_id, case_id, repeat_index)
);

-- Who answers for a rollout that has not passed both tiers.
create table evaluation_override (
    baseline varchar(200) not null,
    candidate varchar(200) not null,
    actor varchar(200) not null,
    reason varchar(1000) not null,
    created_at timestamp with time zone not null,
    primary key (baseline, candidate)
);
