-- How much who may. A limit that was taken away stays as a row, so that replicas learn of it.
create table usage_limit (
    id varchar(36) primary key,
    subject_kind varchar(16) not null,
    subject_id varchar(128) not null,
    model varchar(512),
    metric varchar(16) not null,
    period varchar(16) not null,
    amount_max bigint not null,
    enabled boolean not null,
    created_at timestamp with time zone not null,
    version bigint not null
);
create index usage_limit_by_version on usage_limit (version);
