-- Engines that failed a call before another answered it, and why; what the time of the one that answered went into, as it says.
alter table ledger add column tries varchar(1000);
alter table ledger add column queue_micros bigint;
alter table ledger add column prefill_micros bigint;
alter table ledger add column decode_micros bigint;
