-- Answers that people look at. The same statements make it in H2 (in its PostgreSQL mode) and in PostgreSQL.

-- Until its week is over an answer may be displaced by one of a lower rank; then it needs grades.
create table review_item (
    id varchar(64) primary key,
    week date not null,
    model varchar(512) not null,
    tenant varchar(64) not null,
    call_id varchar(64) not null unique,
    at timestamp with time zone not null,
    conversation text not null,
    answer text not null,
    uniform_rank double precision,
    uncertain_rank double precision,
    judge_version varchar(600),
    judge_passes boolean,
    hallucinated boolean,
    grades_needed integer not null
);
create index review_item_by_week on review_item (week, model);

create table review_opinion (
    item_id varchar(64) not null references review_item (id),
    reviewer varchar(200) not null,
    accuracy varchar(16) not null,
    helpfulness integer not null,
    safe boolean not null,
    correction text,
    note varchar(1000),
    given_at timestamp with time zone not null,
    primary key (item_id, reviewer)
);

-- What a golden set should say from its next version on.
create table review_proposal (
    id varchar(64) primary key,
    item_id varchar(64) not null references review_item (id),
    conversation text not null,
    answer text not null,
    correction text not null,
    author varchar(200) not null,
    proposed_at timestamp with time zone not null,
    state varchar(16) not null,
    decided_by varchar(200),
    decided_at timestamp with time zone,
    reason varchar(1000),
    golden_hash varchar(64)
);
