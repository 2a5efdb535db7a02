"""Who somebody is at another site, and the rooms that it names."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.identities import CreateIdentity, NamedRoom
from chatd.store import identity_reads
from tests.store.desk import NOW, Desk

ISSUER = "https://www.example.org"


def known(desk: Desk, subject: str, person: str, email: str | None = None) -> None:
    change = CreateIdentity(ISSUER, subject, person, NOW, email)
    desk.do(change)


def test_an_identity_leads_to_its_account_and_another_site_s_does_not(desk: Desk) -> None:
    known(desk, "42", "alice")
    found = identity_reads.identity(desk.database, ISSUER, "42")
    assert found is not None and found.id == "alice"
    assert identity_reads.identity(desk.database, ISSUER, "43") is None
    assert identity_reads.identity(desk.database, "https://other.example", "42") is None


def test_an_identity_belongs_to_one_person(desk: Desk) -> None:
    known(desk, "42", "alice")
    with pytest.raises(Refusal) as refused:
        known(desk, "42", "bob")
    assert refused.value.code is Code.EXISTS
    known(desk, "43", "alice")


def test_an_address_is_kept_unconfirmed(desk: Desk) -> None:
    known(desk, "42", "alice", "a@example.org")
    known(desk, "43", "bob", "a@example.org")
    known(desk, "44", "bob")
    rows = desk.database.rows(
        "select id, email, email_confirmed from users where email is not null order by id", {}
    )
    assert [tuple(row) for row in rows] == [
        ("alice", "a@example.org", 0),
        ("bob", "a@example.org", 0),
    ]


def test_rooms_are_found_by_id_and_slug_and_an_id_wins(desk: Desk) -> None:
    desk.room("r1", slug="lobby")
    desk.room("r2", kind="private")
    desk.room("r3", slug="r2")
    desk.member("r1", "alice")
    names = ("lobby", "r2", "nothing", "lobby")
    assert identity_reads.rooms_named(desk.database, "bob", names) == (
        NamedRoom("lobby", "r1", "public", None),
        NamedRoom("r2", "r2", "private", None),
    )
    (alices,) = identity_reads.rooms_named(desk.database, "alice", ("r1",))
    assert alices.role == "member"
