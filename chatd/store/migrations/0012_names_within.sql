-- What else people are found by: their display names from each further word on, folded.
create table names_within (
    name text not null,
    person text not null references users (id),
    primary key (name, person)
) strict, without rowid;
create index names_within_of_person on names_within (person);
insert into names_within (name, person)
    select distinct w.value, u.id from users u, json_each(within(u.display)) w where u.deletion is null;
