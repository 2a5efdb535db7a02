-- Where somebody signed in from, for their own list of sessions; '': not known.
alter table credentials add column address text not null default '';
