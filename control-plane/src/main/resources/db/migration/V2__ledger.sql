-- One row for every call. The id is the control plane's own: writing a row twice is writing it once.
create table ledger (
    id varchar(64) primary key,
    request_id varchar(128) not null,
    at timestamp with time zone not null,
    call_day date not null,
    tenant varchar(64) not null,
    person varchar(128),
    api_key varchar(12),
    feature varchar(64),
    endpoint varchar(64) not null,
    model varchar(512) not null,
    version varchar(512),
    engine varchar(300),
    arm varchar(128),
    tier varchar(64),
    reason varchar(1000),
    stream boolean not null,
    input_tokens bigint not null,
    cached_tokens bigint not null,
    output_tokens bigint not null,
    usage_told boolean not null,
    cost_nanos bigint not null,
    first_byte_micros bigint,
    total_micros bigint not null,
    status varchar(16) not null
);
create index ledger_by_at on ledger (at);
create index ledger_by_tenant on ledger (tenant, at);
create index ledger_by_key on ledger (api_key, at);
