-- Where somebody signed in from, for their own list of sessions; '': not known.
alter table credentials add column address text not null default '';

-- When somebody read that far; 0: not known. Where both marks are the same the last step was reading.
alter table marks add column read_at integer not null default 0;
update marks set read_at = at where read = delivered and read > 0;
