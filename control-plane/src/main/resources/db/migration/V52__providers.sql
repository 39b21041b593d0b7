-- Providers that somebody registered while Weir ran, each with what weir.yaml would say of it. Its key stands in a file, and never here.
create table provider_entry (
    name varchar(64) primary key,
    settings text not null
);
