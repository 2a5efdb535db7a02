-- Networks that nobody may come from.

create table network_blocks (
    -- as CIDR, such as 192.0.2.0/24 or 2001:db8::/32
    network text primary key,
    reason text not null default '',
    at integer not null,
    -- null: for good
    expires integer
) strict, without rowid;
