-- Answers of rollouts that the judge found bad, with its reasons and what the baseline says to the same; of tenants who allow people to see it.
create table bad_answer (
    call_id varchar(64) primary key,
    arm varchar(128) not null,
    tenant varchar(64) not null,
    at timestamp with time zone not null,
    conversation text not null,
    answer text not null,
    baseline_answer text,
    hallucinated boolean not null,
    quality double precision not null,
    judge_version varchar(600) not null,
    reason text not null
);
create index bad_answer_by_arm on bad_answer (arm, quality);

-- How often each judge passed answers of these tenants: what people's labels are put beside.
create table review_judged (
    week date not null,
    model varchar(512) not null,
    judge_version varchar(600) not null,
    passed boolean not null,
    seen_count bigint not null,
    primary key (week, model, judge_version, passed)
);
