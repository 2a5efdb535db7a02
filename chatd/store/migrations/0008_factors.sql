-- What an account has besides its password, and guests.

-- The seed of somebody's one-time codes (RFC 6238), sealed with a key made from the server's own.
create table totp (
    person text primary key references users (id),
    sealed blob not null,
    -- 0: being set up, no code of it was shown yet
    confirmed integer not null default 0 check (confirmed in (0, 1)),
    -- the time step of the last code that was taken: no code is taken twice
    step integer not null default 0,
    at integer not null
) strict, without rowid;

-- Ways in for who lost the other ones, each once, by the SHA-256 of the code.
create table recovery_codes (
    person text not null references users (id),
    digest blob not null,
    at integer not null,
    primary key (person, digest)
) strict, without rowid;

-- Passkeys (WebAuthn), by the id that the authenticator gave them.
create table passkeys (
    id blob primary key,
    person text not null references users (id),
    name text not null,
    -- attested credential data: the authenticator's model, the id and the public key (COSE)
    key blob not null,
    -- signatures made so far, as it says itself; 0: it does not count
    count integer not null,
    created integer not null,
    -- when it was last used; null: never
    seen integer
) strict, without rowid;
create index passkeys_of_person on passkeys (person);

-- Guests, who go when they have not been here for a while.
create index guests on users (id) where kind = 'guest' and deletion is null;
