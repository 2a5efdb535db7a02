-- Web Push: browsers that are told of messages while the page is closed.

-- One login session's browser. What ends the session ends this.
create table push_subscriptions (
    session text primary key references credentials (id) on delete cascade,
    person text not null references users (id),
    endpoint text not null unique,
    -- the browser's public key and secret (RFC 8291)
    key blob not null,
    auth blob not null,
    shows_text integer not null default 0 check (shows_text in (0, 1)),
    at integer not null
) strict, without rowid;
create index push_subscriptions_of_person on push_subscriptions (person);

-- What one browser is to be told: of each room the latest message alone.
create table pushes (
    session text not null references push_subscriptions (session) on delete cascade,
    room text not null,
    position integer not null,
    -- tries that failed, and when the next one is
    tries integer not null default 0,
    due integer not null,
    primary key (session, room)
) strict, without rowid;
create index pushes_by_time on pushes (due);

-- Who wants to hear of everything in a room.
create index room_settings_for_all on room_settings (room) where notify = 'all';
