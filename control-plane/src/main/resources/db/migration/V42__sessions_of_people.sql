-- A session stands for a key, or for a person whom an issuer vouches for, with what the issuer said of them.
alter table ui_session alter column api_key drop not null;
alter table ui_session add column subject varchar(255);
alter table ui_session add column tenant varchar(64);
alter table ui_session add column roles varchar(64);
create index ui_session_by_subject on ui_session (subject, created_at);
