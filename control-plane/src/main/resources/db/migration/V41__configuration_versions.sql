-- Configurations that were put in their place over HTTP, and the one that stood there before the first of them.
create table configuration_version (
    seq bigint primary key,
    fingerprint varchar(64) not null,
    at timestamp with time zone not null,
    actor varchar(160) not null,
    reason varchar(1000) not null,
    content text not null
);
