-- The whole store. Times are Unix milliseconds; person, room, author, creator and the like hold ids;
-- booleans are 0 or 1. (A column "user" would be a reserved word in PostgreSQL.)

-- One life of the log: its epoch, when it began, the schema's version.
create table meta (
    name text primary key,
    value text not null
) strict;

create table users (
    id text primary key,
    name text not null unique,
    -- what the name looks like (UTS #39): two names that look alike share it
    skeleton text not null unique,
    display text not null,
    -- an argon2id PHC string; null: no way in by password
    password text,
    admin integer not null check (admin in (0, 1)),
    disabled integer not null default 0 check (disabled in (0, 1)),
    created integer not null
) strict, without rowid;

-- Login sessions and bearer tokens, found by the SHA-256 of their secret.
create table credentials (
    id text primary key,
    digest blob not null unique,
    kind text not null check (kind in ('session', 'token')),
    person text not null references users (id),
    label text not null,
    created integer not null,
    seen integer not null,
    expires integer
) strict;
create index credentials_of_user on credentials (person);

create table invitations (
    id text primary key,
    digest blob not null unique,
    invited_by text references users (id),
    admin integer not null check (admin in (0, 1)),
    created integer not null,
    expires integer not null,
    uses_left integer not null check (uses_left >= 0)
) strict;

create table tickets (
    digest blob primary key,
    person text not null references users (id),
    session text not null,
    origin text not null,
    expires integer not null
) strict, without rowid;
create index tickets_by_end on tickets (expires);

create table rooms (
    id text primary key,
    kind text not null check (kind in ('public', 'private', 'direct')),
    name text not null,
    slug text unique,
    topic text not null,
    creator text not null references users (id),
    at integer not null,
    -- 1: a new member sees everything from seq 1, else from the joining on
    shared_history integer not null check (shared_history in (0, 1)),
    -- the two people of a direct conversation, sorted
    pair_first text references users (id),
    pair_second text references users (id),
    -- seq, message number and log position of the last event; 0 before the first
    head integer not null default 0,
    number integer not null default 0,
    position integer not null default 0,
    -- how many memberships are current
    members integer not null default 0,
    unique (pair_first, pair_second)
) strict, without rowid;
create index rooms_of_creator on rooms (creator);
create index public_rooms on rooms (name, id) where kind = 'public';

-- Who was a member from which event of the room through which (null: still is).
create table memberships (
    room text not null references rooms (id),
    person text not null references users (id),
    from_seq integer not null check (from_seq >= 1),
    to_seq integer check (to_seq >= from_seq),
    role text not null check (role in ('reader', 'member', 'moderator', 'owner')),
    primary key (room, person, from_seq)
) strict, without rowid;
create index current_members on memberships (person, room, role) where to_seq is null;
create index current_owners on memberships (room) where to_seq is null and role = 'owner';

create table bans (
    room text not null references rooms (id),
    person text not null references users (id),
    banned_by text not null references users (id),
    at integer not null,
    -- null: for good
    until integer,
    primary key (room, person)
) strict, without rowid;

create table blocks (
    person text not null references users (id),
    other text not null references users (id),
    at integer not null,
    primary key (person, other)
) strict, without rowid;

-- The log. The position counts all events of all rooms in commit order, without holes.
create table events (
    position integer primary key,
    room text not null,
    seq integer not null,
    -- of a message its own number, else that of the last message before it
    number integer not null,
    -- 1: a message
    numbered integer not null check (numbered in (0, 1)),
    -- 1: the message was deleted, its body says so
    deleted integer not null default 0 check (deleted in (0, 1)),
    -- the room's head when the body was last replaced; null: as it was said
    changed integer,
    kind text not null,
    author text not null,
    at integer not null,
    -- the seq of the message it is about
    target integer,
    -- the user it is about
    subject text,
    -- JSON of the feature that owns the kind; empty: read the target's
    body blob not null
) strict;
create unique index events_of_room on events (room, seq);
create unique index messages_of_room on events (room, seq) where numbered = 1;

-- How far people got: seqs, 0 for none.
create table marks (
    room text not null,
    person text not null,
    delivered integer not null,
    read integer not null,
    at integer not null,
    primary key (room, person)
) strict, without rowid;

-- The first answer to every keyed command.
create table ledger (
    author text not null,
    key text not null,
    digest blob not null,
    room text,
    seq integer,
    number integer,
    at integer,
    primary key (author, key)
) strict, without rowid;
