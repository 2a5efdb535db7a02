-- What people expect of a chat every day: answers, reactions, pins, drafts, profiles, invitations.

-- Rooms: what they are found by (name, slug and topic, case folded), and how one may write there.
alter table rooms add column folded text not null default '';
alter table rooms add column avatar text;
alter table rooms add column archived integer not null default 0 check (archived in (0, 1));
create index rooms_by_avatar on rooms (avatar) where avatar is not null;
update rooms set folded = folded(name, slug, topic);
-- seconds between two messages of one member; 0: no such limit
alter table rooms add column slow_seconds integer not null default 0;
-- the least role that writes
alter table rooms add column posting text not null default 'member'
    check (posting in ('member', 'moderator', 'owner'));

-- The event with which a stay began, also where one sees what was before.
alter table memberships add column joined integer not null default 1;

-- Whom a message mentions: ids with spaces between them, '*' for everyone; '': nobody.
alter table events add column mentions text not null default '';

-- The same, to count what is new for one person; '*' stands for everyone in the room.
create table mentions (
    room text not null,
    person text not null,
    seq integer not null,
    primary key (room, person, seq)
) strict, without rowid;
-- Whoever edits or deletes a message takes its mentions away.
create index mentions_of_message on mentions (room, seq);

-- When one last said something in the room; for slow mode.
alter table marks add column sent integer not null default 0;

-- Who reacted with what; the place, the seq of the event that told it, gives the order.
create table reactions (
    room text not null,
    seq integer not null,
    emoji text not null,
    person text not null,
    at integer not null,
    place integer not null,
    primary key (room, seq, emoji, person)
) strict, without rowid;
create index reactions_in_order on reactions (room, seq, emoji, place, person);

-- How many they are, so that nobody counts thousands to show a page.
create table reaction_counts (
    room text not null,
    seq integer not null,
    emoji text not null,
    count integer not null check (count > 0),
    -- of the first one
    place integer not null,
    primary key (room, seq, emoji)
) strict, without rowid;

create table pins (
    room text not null,
    seq integer not null,
    pinned_by text not null,
    at integer not null,
    -- the seq of the event that told it: their order
    place integer not null,
    primary key (room, seq)
) strict, without rowid;

-- What an edited message said before; gone with the message.
create table revisions (
    room text not null,
    seq integer not null,
    revision integer not null,
    -- when these words were said
    at integer not null,
    body blob not null,
    primary key (room, seq, revision)
) strict, without rowid;

-- How one person keeps one room.
create table room_settings (
    person text not null,
    room text not null,
    -- null: as the kind of room has it
    notify text check (notify in ('all', 'mentions', 'none')),
    muted_until integer,
    favourite integer not null default 0 check (favourite in (0, 1)),
    -- rank in one's own order; null: by activity
    place integer,
    -- marked as unread from this seq on
    unread_from integer,
    primary key (person, room)
) strict, without rowid;

create table drafts (
    person text not null,
    room text not null,
    body blob not null,
    at integer not null,
    primary key (person, room)
) strict, without rowid;

-- Messages to be said later, under the key of the command that asked for it.
create table scheduled (
    person text not null,
    key text not null,
    room text not null,
    due integer not null,
    body blob not null,
    -- why it could not be said; null: it waits
    failure text,
    primary key (person, key)
) strict, without rowid;
create index scheduled_by_time on scheduled (due) where failure is null;

-- Ways into a room: links, found by the SHA-256 of their secret, and people invited by name.
create table room_links (
    id text primary key,
    digest blob not null unique,
    room text not null references rooms (id),
    made_by text not null references users (id),
    created integer not null,
    -- null: no end
    expires integer,
    -- null: as often as one likes
    uses_left integer
) strict, without rowid;
create index room_links_of_room on room_links (room);

create table room_invited (
    person text not null references users (id),
    room text not null references rooms (id),
    invited_by text not null references users (id),
    at integer not null,
    primary key (person, room)
) strict, without rowid;
create index room_invited_of_room on room_invited (room, invited_by);

-- People: what they show of themselves, and to whom.
alter table users add column kind text not null default 'person'
    check (kind in ('person', 'bot', 'guest'));
alter table users add column about text not null default '';
-- the display name with its case folded, to find people by
alter table users add column folded text not null default '';
update users set folded = folded(display);
create index users_by_display on users (folded);
alter table users add column avatar text;
create index users_by_avatar on users (avatar) where avatar is not null;
alter table users add column status_emoji text not null default '';
alter table users add column status_text text not null default '';
alter table users add column status_until integer;
-- when the last connection ended
alter table users add column seen integer;
alter table users add column seen_by text not null default 'all' check (seen_by in ('all', 'none'));
alter table users add column direct_from text not null default 'all'
    check (direct_from in ('all', 'rooms', 'none'));
alter table users add column shows_receipts integer not null default 1
    check (shows_receipts in (0, 1));
alter table users add column shows_typing integer not null default 1 check (shows_typing in (0, 1));
alter table users add column email text;
alter table users add column email_confirmed integer not null default 0
    check (email_confirmed in (0, 1));
create unique index users_by_email on users (email) where email is not null and email_confirmed = 1;
-- an account that is being deleted: what is left to do; "done": all of it was
alter table users add column deletion text check (deletion in ('leave', 'erase', 'done'));
create index users_in_deletion on users (id) where deletion in ('leave', 'erase');
create index blocks_of_other on blocks (other);

-- Small pictures of people and rooms.
create table pictures (
    id text primary key,
    person text not null references users (id),
    type text not null,
    at integer not null,
    bytes blob not null
) strict;
create index pictures_of_person on pictures (person);

-- Who somebody is at another site: the issuer of a token and its subject there.
create table identities (
    issuer text not null,
    subject text not null,
    person text not null references users (id),
    at integer not null,
    primary key (issuer, subject)
) strict, without rowid;
create index identities_of_person on identities (person);

-- Login sessions, bearer tokens, and what a site's signed token was exchanged for. The scopes are
-- what it may do, words with spaces between them; null: everything its owner may.
create table credentials_new (
    id text primary key,
    digest blob not null unique,
    kind text not null check (kind in ('session', 'token', 'site')),
    person text not null references users (id),
    label text not null,
    created integer not null,
    seen integer not null,
    expires integer,
    scopes text
) strict, without rowid;
insert into credentials_new (id, digest, kind, person, label, created, seen, expires)
    select id, digest, kind, person, label, created, seen, expires from credentials;
drop table credentials;
alter table credentials_new rename to credentials;
create index credentials_of_user on credentials (person);

-- One-time ways to a new password or a confirmed address, by the SHA-256 of their secret.
create table account_links (
    digest blob primary key,
    kind text not null check (kind in ('reset', 'email')),
    person text not null references users (id),
    detail text not null default '',
    expires integer not null
) strict, without rowid;
create index account_links_of_person on account_links (person);

-- Programs that wait to be let in by somebody who is signed in (RFC 8628).
create table device_codes (
    digest blob primary key,
    user_digest blob not null unique,
    label text not null,
    -- where it asked from, and what that is counted under
    address text not null,
    address_group text not null,
    created integer not null,
    expires integer not null,
    person text references users (id),
    refused integer not null default 0 check (refused in (0, 1))
) strict, without rowid;

-- How far those who follow the log have come, by name: webhooks, for one.
create table followers (
    name text primary key,
    position integer not null
) strict, without rowid;
