-- Browsers that are signed in. Only hashes of what they hold, so that reading this table lets nobody in.
create table ui_session (
    token_hash varchar(64) primary key,
    api_key varchar(12) not null,
    created_at timestamp with time zone not null,
    expires_at timestamp with time zone not null
);
create index ui_session_by_key on ui_session (api_key, created_at);
create index ui_session_by_end on ui_session (expires_at);
