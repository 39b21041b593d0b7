-- Experiments, bandits and what people and judges think of answers. The same statements make it in H2 (in its PostgreSQL mode) and in
-- PostgreSQL.

-- Whom a call is for, as the caller says: experiments count by it.
alter table ledger add column subject varchar(200);
create index ledger_by_request on ledger (request_id);
create index ledger_by_arm on ledger (arm);

create table experiment (
    id varchar(64) primary key,
    alias varchar(512) not null,
    plan text not null,
    state text not null,
    report text not null,
    revision bigint not null,
    created_at timestamp with time zone not null,
    created_by varchar(200) not null,
    reason varchar(2000) not null,
    ended_at timestamp with time zone
);

-- An alias is in one experiment at a time.
create table experiment_active (
    alias varchar(512) primary key,
    experiment_id varchar(64) not null references experiment (id)
);

create table experiment_event (
    experiment_id varchar(64) not null references experiment (id),
    number bigint not null,
    at timestamp with time zone not null,
    actor varchar(200) not null,
    sentence varchar(2000) not null,
    primary key (experiment_id, number)
);

-- What one person, or one judge, thinks of one call. A call may be judged before its row in the ledger is written.
create table feedback (
    call_id varchar(64) not null,
    person varchar(200) not null,
    at timestamp with time zone not null,
    thumbs_up boolean,
    completed boolean,
    comment_text varchar(4000),
    hallucinated boolean,
    low_quality boolean,
    rewarded boolean not null,
    primary key (call_id, person)
);
