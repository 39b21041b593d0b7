-- Verdicts are counted by the version of the judge that gave them. Of older ones nobody knows whose they were.
alter table drift_count rename to drift_count_before;
create table drift_count (
    counted_on date not null,
    model varchar(512) not null,
    tenant varchar(64) not null,
    query_type varchar(32) not null,
    topic integer not null,
    signal varchar(32) not null,
    judge_version varchar(600) not null,
    bin varchar(32) not null,
    seen_count bigint not null,
    primary key (counted_on, model, tenant, query_type, topic, signal, judge_version, bin)
);
insert into drift_count
    select counted_on, model, tenant, query_type, topic, signal, '', bin, seen_count from drift_count_before
    where signal not in ('QUALITY', 'HALLUCINATION');
drop table drift_count_before;
