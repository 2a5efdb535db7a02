-- Login at OpenID providers. Who somebody is there stands in identities.

-- Which login sessions a provider answers for, so that it can end them. The sid is its own name for
-- the session there; '': it told none.
create table provider_sessions (
    session text primary key references credentials (id) on delete cascade,
    issuer text not null,
    subject text not null,
    sid text not null
) strict, without rowid;
create index provider_sessions_of_subject on provider_sessions (issuer, subject);

-- What is good once and was used, by its SHA-256: states of logins, logout tokens. Kept until it
-- would be too old anyway.
create table spent (
    digest blob primary key,
    expires integer not null
) strict, without rowid;
create index spent_by_end on spent (expires);
