"""What somebody asked for is written while they may ask for it, and leaves no trace otherwise."""

import pytest

from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.engine.accounts import (
    CreateCredential,
    CreateInvitation,
    EndCredential,
    SetAdmin,
    SetDisabled,
    SetDisplay,
    SetPassword,
)
from chatd.engine.asking import CredentialHolds, IsAdministrator, PasswordIs, asked, still
from chatd.engine.deletion import BeginDeletion
from chatd.engine.identities import CreateIdentity, CreateProviderSession, EndIdentity
from chatd.engine.unit import Change
from tests.store.desk import NOW, Desk

ALICE = Principal("alice", "alice", False, "cookie", "c1")


@pytest.fixture
def signed_in(desk: Desk) -> Desk:
    desk.do(SetPassword("alice", "phc"), credential("c1", expires=NOW + 10))
    return desk


def credential(id: str, user: str = "alice", *, expires: int | None = None) -> CreateCredential:
    return CreateCredential(id, id.encode(), "token", user, "", NOW, expires)


def test_a_session_holds_until_it_ends_and_for_its_own_user(signed_in: Desk) -> None:
    signed_in.require(CredentialHolds("alice", "c1", NOW + 9))
    for wrong in (
        CredentialHolds("alice", "c1", NOW + 10),
        CredentialHolds("bob", "c1", NOW),
        CredentialHolds("alice", "c2", NOW),
    ):
        assert signed_in.code(wrong) is Code.UNAUTHORIZED


@pytest.mark.parametrize(
    "end",
    [
        EndCredential("alice", "c1"),
        EndCredential("alice"),
        SetDisabled("alice", True, NOW),
        BeginDeletion("alice", "deleted-1", "Deleted", erase=False),
    ],
    ids=lambda change: type(change).__name__,
)
def test_what_ends_a_session_ends_what_it_asked_for(signed_in: Desk, end: Change) -> None:
    signed_in.do(end)
    changes = (SetDisplay("bob", "Somebody else"),)
    assert signed_in.code(*still(ALICE, NOW), changes=changes) is Code.UNAUTHORIZED
    assert signed_in.database.row("select display from users where id = 'bob'", {}) == ("Bob",)


def test_an_open_account_is_asked_for_even_where_a_credential_was_left(signed_in: Desk) -> None:
    signed_in.database.run("update users set disabled = 1 where id = 'alice'", {})
    assert signed_in.code(CredentialHolds("alice", "c1", NOW)) is Code.UNAUTHORIZED


def test_an_administrator_is_one_until_they_are_none(signed_in: Desk) -> None:
    assert signed_in.code(IsAdministrator("alice")) is Code.FORBIDDEN
    signed_in.do(SetAdmin("alice", True))
    signed_in.require(IsAdministrator("alice"))


def test_a_password_that_was_changed_is_not_the_one_that_was_shown(signed_in: Desk) -> None:
    signed_in.require(PasswordIs("alice", "phc"))
    signed_in.do(SetPassword("alice", "another"))
    assert signed_in.code(PasswordIs("alice", "phc")) is Code.FORBIDDEN
    assert signed_in.code(PasswordIs("bob", "phc")) is Code.FORBIDDEN


def test_what_is_asked_for_rests_on_the_asker_and_on_what_they_had_to_be() -> None:
    change = SetDisplay("bob", "Bob")
    holds = CredentialHolds("alice", "c1", NOW)
    assert asked(ALICE, NOW, change).requires == (holds,)
    more = asked(ALICE, NOW, change, admin=True, password="phc")
    assert more.requires == (holds, IsAdministrator("alice"), PasswordIs("alice", "phc"))
    assert (more.actor, more.changes) == ("alice", (change,))


def test_tokens_are_counted_where_they_are_made(signed_in: Desk) -> None:
    def token(id: str) -> CreateCredential:
        return CreateCredential(id, id.encode(), "token", "alice", "", NOW, None, most=2)

    signed_in.do(token("c2"))
    assert signed_in.code(changes=(token("c3"),)) is Code.LIMIT_REACHED
    signed_in.do(EndCredential("alice", "c2"), token("c3"))


def test_invitations_are_counted_where_they_are_made(desk: Desk) -> None:
    def invitation(id: str, by: str | None, at: int = NOW) -> CreateInvitation:
        return CreateInvitation(id, id.encode(), by, False, at, at + 100, 1, most=1)

    desk.do(invitation("i1", "alice"))
    assert desk.code(changes=(invitation("i2", "alice"),)) is Code.LIMIT_REACHED
    desk.do(invitation("i3", None))
    assert desk.code(changes=(invitation("i4", None),)) is Code.LIMIT_REACHED
    desk.do(invitation("i5", "alice", NOW + 100))


def test_no_session_begins_by_a_link_to_a_provider_that_has_ended(desk: Desk) -> None:
    desk.do(SetPassword("alice", "phc"), CreateIdentity("https://home", "42", "alice", NOW))
    begun = (credential("c1"), CreateProviderSession("c1", "https://home", "42", ""))
    desk.do(*begun)
    desk.do(EndIdentity("https://home", "42", "alice"))
    assert desk.code(changes=begun) is Code.UNAUTHORIZED
    assert desk.database.row("select count(*) from credentials", {}) == (0,)
