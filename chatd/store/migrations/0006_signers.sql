-- By which key another site vouched for somebody, so that taking the key away ends what it opened;
-- '': by none.
alter table credentials add column signer text not null default '';
create index credentials_by_signer on credentials (signer) where signer <> '';
