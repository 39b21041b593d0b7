-- Models that somebody wants to stay in memory, and why.
create table model_pin (
    engine varchar(200) not null,
    model varchar(200) not null,
    actor varchar(200) not null,
    reason varchar(1000) not null,
    at timestamp with time zone not null,
    primary key (engine, model)
);
