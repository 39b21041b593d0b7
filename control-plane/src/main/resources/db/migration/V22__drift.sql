-- What answers and what is asked look like, day by day: counts, and never what was said.
create table drift_count (
    counted_on date not null,
    model varchar(512) not null,
    tenant varchar(64) not null,
    query_type varchar(32) not null,
    topic integer not null,
    signal varchar(32) not null,
    bin varchar(32) not null,
    seen_count bigint not null,
    primary key (counted_on, model, tenant, query_type, topic, signal, bin)
);
