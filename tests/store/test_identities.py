"""Who somebody is at another site, and the rooms that it names."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import CreateCredential, CreateTicket, EndCredential, SetPassword
from chatd.engine.identities import (
    CreateIdentity,
    CreateProviderSession,
    EndIdentity,
    NamedRoom,
    ProviderSessionRow,
    Spend,
)
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


def session(desk: Desk, id: str, person: str, subject: str, sid: str = "") -> None:
    desk.do(
        CreateCredential(id, id.encode(), "session", person, "", NOW, None),
        CreateProviderSession(id, ISSUER, subject, sid),
    )


def sessions(desk: Desk, subject: str | None = None, sid: str | None = None) -> list[str]:
    rows = identity_reads.provider_sessions(desk.database, ISSUER, subject, sid)
    return [row.session for row in rows]


def test_sessions_are_found_by_subject_and_by_sid_and_go_with_their_credentials(
    desk: Desk,
) -> None:
    known(desk, "42", "alice")
    known(desk, "43", "bob")
    session(desk, "c1", "alice", "42", "s1")
    session(desk, "c2", "alice", "42", "s2")
    session(desk, "c3", "bob", "43")
    assert sessions(desk, subject="42") == ["c1", "c2"]
    assert sessions(desk, sid="s2") == ["c2"]
    assert sessions(desk, subject="43", sid="s2") == []
    found = identity_reads.provider_session(desk.database, "c2")
    assert found == ProviderSessionRow("c2", "alice", ISSUER, "42", "s2")
    assert identity_reads.provider_sessions(desk.database, "https://other", "42", None) == ()
    desk.do(EndCredential("alice", "c2"))
    assert sessions(desk, subject="42") == ["c1"]
    assert desk.database.row("select count(*) from provider_sessions", {}) == (2,)


def test_the_last_way_in_is_not_unlinked_and_what_was_let_in_ends_with_the_link(
    desk: Desk,
) -> None:
    known(desk, "42", "alice")
    unlink = EndIdentity(ISSUER, "42", "alice")
    assert desk.code(changes=(EndIdentity(ISSUER, "42", "bob"),)) is Code.NOT_FOUND
    assert desk.code(changes=(unlink,)) is Code.WRONG_STATE
    assert [row.subject for row in identity_reads.identities(desk.database, "alice")] == ["42"]
    session(desk, "c1", "alice", "42")
    known(desk, "43", "alice")
    session(desk, "c2", "alice", "43")
    session(desk, "c3", "alice", "42")
    desk.do(CreateTicket(b"t", "alice", "c1", "", NOW, NOW + 1))
    desk.do(EndIdentity(ISSUER, "42", "alice", but="c3"))
    assert desk.database.rows("select digest from tickets", {}) == []
    assert identity_reads.provider_session(desk.database, "c3") is None
    assert [row.subject for row in identity_reads.identities(desk.database, "alice")] == ["43"]
    assert desk.database.rows("select id from credentials order by id", {}) == [("c2",), ("c3",)]
    desk.do(SetPassword("alice", "$argon2id$"), EndIdentity(ISSUER, "43", "alice"))
    assert identity_reads.identities(desk.database, "alice") == ()


def test_what_is_good_once_is_good_once_and_forgotten_when_it_is_too_old(desk: Desk) -> None:
    desk.do(Spend(b"a", NOW, NOW + 10))
    assert desk.code(changes=(Spend(b"a", NOW + 9, NOW + 19),)) is Code.GONE
    desk.do(Spend(b"b", NOW + 10, NOW + 20))
    assert desk.database.rows("select digest from spent", {}) == [(b"b",)]
