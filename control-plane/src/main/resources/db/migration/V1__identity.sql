-- Who there is. The same statements make it in H2 (in its PostgreSQL mode) and in PostgreSQL.

-- Counts the changes of everything below. Who changes something locks this row first, so changes have one order, every replica can ask
-- for what is newer than what it knows, and the audit log has no gaps.
create table identity_version (
    id integer primary key check (id = 1),
    version bigint not null
);
insert into identity_version (id, version) values (1, 0);

create table tenant (
    id varchar(64) primary key,
    name varchar(200) not null,
    weight integer not null,
    data_residency varchar(16) not null,
    enabled boolean not null,
    created_at timestamp with time zone not null,
    version bigint not null
);
create index tenant_by_version on tenant (version);

-- Where everybody belongs who was not told apart.
insert into tenant (id, name, weight, data_residency, enabled, created_at, version)
values ('default', 'Default', 1, 'LOCAL_ONLY', true, current_timestamp, 0);

-- People. The id is the subject of their tokens.
create table person (
    id varchar(128) primary key,
    tenant_id varchar(64) not null references tenant (id),
    name varchar(200) not null,
    role varchar(16),
    enabled boolean not null,
    created_at timestamp with time zone not null,
    version bigint not null
);
create index person_by_version on person (version);

-- Nothing of a key is kept from which it could be made again.
create table api_key (
    id varchar(12) primary key,
    tenant_id varchar(64) not null references tenant (id),
    person_id varchar(128) references person (id),
    name varchar(200) not null,
    salt bytea not null,
    hash bytea not null,
    scopes varchar(200) not null,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    version bigint not null
);
create index api_key_by_version on api_key (version);

-- Written and never changed. Each entry's hash covers the one before it, so that a change by other hands shows.
create table audit_entry (
    seq bigint primary key,
    at timestamp with time zone not null,
    actor varchar(200) not null,
    action varchar(64) not null,
    subject varchar(200) not null,
    detail text not null,
    hash bytea not null
);
