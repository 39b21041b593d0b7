-- Engines that somebody registered while Weir ran, with an address, and those that are sent nothing new, with or without one.
create table engine_entry (
    name varchar(128) primary key,
    url varchar(2000),
    region varchar(200) not null,
    draining boolean not null
);
