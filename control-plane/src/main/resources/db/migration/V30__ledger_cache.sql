-- How the answer was known already, where it was.
alter table ledger add column cache varchar(16);
