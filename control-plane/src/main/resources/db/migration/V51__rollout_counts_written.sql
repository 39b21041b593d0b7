-- The latest batch of counts that each process has written, in the transaction that writes it: whoever does not hear that it was committed asks
-- here before writing it again. A process that ends orderly takes its row along. The same statements make it in H2 (in its PostgreSQL mode) and in
-- PostgreSQL.
create table rollout_counts_written (
    process varchar(64) primary key,
    batch bigint not null
);
