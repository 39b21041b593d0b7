-- What guards found in a call's prompt and answer, and did about it; what its context was shortened to.
alter table ledger add column guard varchar(500);
alter table ledger add column compression varchar(100);
