-- Files in messages. The body of each lies beside the database, under its id: it is there before
-- its row is.

create table files (
    id text primary key,
    person text not null references users (id),
    name text not null,
    type text not null,
    size integer not null check (size > 0),
    -- of a picture that is shown as one
    width integer,
    height integer,
    -- SHA-256 of the body
    digest blob not null,
    at integer not null,
    -- 1 once a message carries it; where the last one is erased the file goes with it
    used integer not null default 0 check (used in (0, 1)),
    -- the key of the scheduled message that will carry it
    held text
) strict, without rowid;
create index files_unused on files (at) where used = 0 and held is null;
create index files_of_person on files (person, used);

-- Which message carries which files; a forwarded one carries those of the first.
create table message_files (
    room text not null,
    seq integer not null,
    place integer not null,
    file text not null references files (id),
    primary key (room, seq, place)
) strict, without rowid;
create index message_files_by_file on message_files (file, room, seq);

-- For how many bytes the files of each person count.
create table file_usage (
    person text primary key references users (id),
    bytes integer not null check (bytes >= 0)
) strict, without rowid;

-- Files that are no more, whose bodies are still to be taken off the disk.
create table file_removals (
    file text primary key
) strict, without rowid;
