-- People who come by a site's token: 1 where they see only the rooms that they were let into.
alter table users add column confined integer not null default 0 check (confined in (0, 1));
