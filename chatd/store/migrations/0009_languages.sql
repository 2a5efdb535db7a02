-- In which language somebody is written to, as their page or browser asked for it when they last
-- signed in; null: not known.
alter table users add column language text;
