"""Accounts, credentials, invitations and tickets: made, used, ended."""

import pytest

from chatd.core.codes import Code
from chatd.engine.accounts import (
    CreateCredential,
    CreateInvitation,
    CreateTicket,
    CreateUser,
    EndCredential,
    EndInvitation,
    RenameUser,
    RenewCredential,
    SetAdmin,
    SetDisabled,
    SetDisplay,
    SetPassword,
    TicketRow,
    TouchCredential,
    UseInvitation,
    UserRow,
    UseTicket,
)
from chatd.engine.entries import CreateRoomLink, SetInvited
from chatd.engine.identities import Vouched
from chatd.engine.rows import EventRow, ToPerson
from chatd.engine.unit import Append
from chatd.store import accounts, identity_reads
from chatd.wire.signals import RoomAdded
from tests.store.desk import NOW, Desk


def user(id: str, name: str, skeleton: str) -> CreateUser:
    return CreateUser(id, name, skeleton, name.title(), "$argon2id$x", False, NOW)


def login(desk: Desk, *ids: str, who: str = "alice") -> None:
    for id in ids:
        desk.do(CreateCredential(id, id.encode(), "session", who, "Firefox", NOW, NOW + 100))


def ids(desk: Desk, who: str = "alice") -> set[str]:
    return {row.id for row in accounts.credentials(desk.database, who)}


def test_an_account_is_read_back_by_id_and_by_name(desk: Desk) -> None:
    desk.do(user("u1", "dora", "dora"))
    expected = UserRow("u1", "dora", "Dora", "$argon2id$x", False, False, NOW)
    assert accounts.user(desk.database, "u1") == expected
    assert accounts.user_by_name(desk.database, "dora") == expected
    assert accounts.user(desk.database, "dora") is None
    assert accounts.user_by_name(desk.database, "u1") is None


def test_a_name_and_its_look_alikes_belong_to_one(desk: Desk) -> None:
    desk.do(user("u1", "paul", "paul"))
    same = desk.refusal(changes=(user("u2", "paul", "other"),))
    alike = desk.refusal(changes=(user("u2", "раul", "paul"),))
    assert (same.code, alike.code) == (Code.NAME_TAKEN, Code.NAME_TAKEN)
    assert same.message != alike.message
    assert accounts.user(desk.database, "u2") is None


def test_users_are_listed_by_name_behind_one(desk: Desk) -> None:
    names = [row.name for row in accounts.users(desk.database, None, 2)]
    assert names == ["alice", "bob"]
    assert [row.name for row in accounts.users(desk.database, "bob", 2)] == ["carol"]


def test_password_and_admin_are_set(desk: Desk) -> None:
    assert not accounts.has_admin(desk.database)
    desk.do(SetPassword("bob", "$argon2id$new"), SetAdmin("bob", True))
    row = accounts.user(desk.database, "bob")
    assert row is not None and (row.password, row.admin) == ("$argon2id$new", True)
    assert accounts.has_admin(desk.database)
    desk.do(SetDisabled("bob", True, NOW))
    assert not accounts.has_admin(desk.database)
    desk.do(SetDisabled("bob", False, NOW), SetAdmin("bob", False))
    assert not accounts.has_admin(desk.database)


def test_disabling_ends_every_way_in(desk: Desk) -> None:
    login(desk, "one", "two")
    login(desk, "bobs", who="bob")
    desk.do(CreateTicket(b"t", "alice", "one", "https://chat.example", NOW, NOW + 30))
    desk.do(SetDisabled("alice", True, NOW))
    row = accounts.user(desk.database, "alice")
    assert row is not None and row.disabled
    assert ids(desk) == set() and ids(desk, "bob") == {"bobs"}
    assert accounts.ticket(desk.database, b"t") is None


def test_nobody_comes_in_on_the_word_of_who_was_shut_out(desk: Desk) -> None:
    for by in ("alice", "bob"):
        desk.room(f"{by}s", kind="private", creator=by)
        desk.member(f"{by}s", by, "owner")
        desk.do(
            CreateInvitation(f"i{by}", by.encode(), by, False, NOW, NOW + 100, 1000),
            CreateRoomLink(f"l{by}", by.encode(), f"{by}s", by, NOW, None, None, 10),
            SetInvited(
                f"{by}s", "carol", by, NOW, lambda row: ToPerson("carol", RoomAdded(room=row.room))
            ),
        )
    desk.do(SetDisabled("alice", True, NOW))
    assert [row.id for row in accounts.invitations(desk.database)] == ["ibob"]
    assert desk.database.rows("select id from room_links", {}) == [("lbob",)]
    assert desk.database.rows("select room from room_invited", {}) == [("bobs",)]
    # Being let in again brings none of it back.
    desk.do(SetDisabled("alice", False, NOW), SetDisabled("bob", False, NOW))
    assert desk.database.rows("select id from room_links", {}) == [("lbob",)]


def test_a_former_administrator_lets_nobody_in(desk: Desk) -> None:
    desk.do(
        SetAdmin("alice", True),
        CreateInvitation("ialice", b"alice", "alice", False, NOW, NOW + 100, 1000),
        SetAdmin("alice", True),
    )
    assert [row.id for row in accounts.invitations(desk.database)] == ["ialice"]
    desk.do(SetAdmin("alice", False))
    assert accounts.invitations(desk.database) == ()


def test_a_credential_tells_of_its_account_as_it_is_now(desk: Desk) -> None:
    login(desk, "one")
    desk.do(SetAdmin("alice", True))
    row = accounts.credential(desk.database, b"one")
    assert row is not None
    assert (row.id, row.user, row.user_name, row.admin, row.disabled) == (
        "one",
        "alice",
        "alice",
        True,
        False,
    )
    assert (row.label, row.created, row.seen, row.expires) == ("Firefox", NOW, NOW, NOW + 100)
    assert accounts.credential(desk.database, b"two") is None


def test_a_credential_that_was_seen_lives_longer(desk: Desk) -> None:
    login(desk, "one")
    desk.do(TouchCredential("one", NOW + 50, NOW + 150), TouchCredential("gone", NOW, None))
    row = accounts.credential(desk.database, b"one")
    assert row is not None and (row.seen, row.expires) == (NOW + 50, NOW + 150)


def test_what_a_site_vouched_for_moves_with_a_renewal_and_not_with_use(desk: Desk) -> None:
    for id in ("one", "two"):
        digest = id.encode()
        made = CreateCredential(id, digest, "site", "alice", "", NOW, NOW + 100, signer="here:a")
        desk.do(made)
    login(desk, "three")
    desk.do(
        RenewCredential("alice", "one", NOW + 900, "here:b"),
        RenewCredential("bob", "two", NOW + 900, "here:b"),
        RenewCredential("alice", "three", NOW + 900, "here:b"),
        TouchCredential("one", NOW + 50, NOW + 100),
    )
    ends = {row.id: row.expires for row in accounts.credentials(desk.database, "alice")}
    assert ends == {"one": NOW + 900, "two": NOW + 100, "three": NOW + 100}
    assert set(identity_reads.vouched(desk.database)) == {
        Vouched("alice", "one", "here:b"),
        Vouched("alice", "two", "here:a"),
    }


def test_credentials_end_one_by_one_or_all_but_one(desk: Desk) -> None:
    login(desk, "one", "two", "three")
    login(desk, "bobs", who="bob")
    desk.do(EndCredential("alice", "one"), EndCredential("alice", "bobs"))
    assert ids(desk) == {"two", "three"} and ids(desk, "bob") == {"bobs"}
    desk.do(EndCredential("alice", but="two"))
    assert ids(desk) == {"two"}
    desk.do(EndCredential("alice"), EndCredential("alice"))
    assert ids(desk) == set() and ids(desk, "bob") == {"bobs"}


def test_a_ticket_ends_with_the_session_that_bought_it(desk: Desk) -> None:
    login(desk, "one", "two")
    for session in ("one", "two"):
        desk.do(CreateTicket(session.encode(), "alice", session, "o", NOW, NOW + 30))
    desk.do(EndCredential("alice", "one"))
    assert accounts.ticket(desk.database, b"one") is None
    assert accounts.ticket(desk.database, b"two") == TicketRow("alice", "two", "o", NOW + 30)


def test_an_invitation_is_used_so_often_and_so_long(desk: Desk) -> None:
    desk.do(CreateInvitation("i", b"i", "alice", False, NOW, NOW + 100, 2))
    desk.do(UseInvitation(b"i", NOW + 99))
    row = accounts.invitation(desk.database, b"i")
    assert row is not None and (row.by, row.admin, row.uses_left) == ("alice", False, 1)
    assert desk.code(changes=(UseInvitation(b"i", NOW + 100),)) == Code.GONE
    desk.do(UseInvitation(b"i", NOW))
    assert desk.code(changes=(UseInvitation(b"i", NOW),)) == Code.GONE
    assert desk.code(changes=(UseInvitation(b"unknown", NOW),)) == Code.GONE


def test_of_two_ways_to_make_an_administrator_one_is_used(desk: Desk) -> None:
    for id in ("i", "j"):
        desk.do(CreateInvitation(id, id.encode(), None, True, NOW, NOW + 100, 1))
    desk.do(CreateInvitation("k", b"k", "alice", False, NOW, NOW + 100, 1))
    desk.do(UseInvitation(b"i", NOW))
    assert desk.code(changes=(UseInvitation(b"j", NOW),)) == Code.GONE
    desk.do(UseInvitation(b"k", NOW))


def test_invitations_that_are_good_for_nothing_do_not_pile_up(desk: Desk) -> None:
    desk.do(CreateInvitation("i", b"i", "alice", False, NOW, NOW + 100, 1))
    desk.do(CreateInvitation("j", b"j", "alice", False, NOW, NOW + 1000, 1))
    desk.do(CreateInvitation("k", b"k", "alice", False, NOW, NOW + 1000, 1))
    desk.do(UseInvitation(b"j", NOW))
    desk.do(CreateInvitation("l", b"l", "alice", False, NOW + 100, NOW + 1000, 1))
    assert {row.id for row in accounts.invitations(desk.database)} == {"k", "l"}


def test_an_invitation_is_used_only_if_the_account_comes_about(desk: Desk) -> None:
    desk.do(CreateInvitation("i", b"i", None, False, NOW, NOW + 100, 1))
    taken = (UseInvitation(b"i", NOW), user("u1", "alice", "alice"))
    assert desk.code(changes=taken) == Code.NAME_TAKEN
    desk.do(UseInvitation(b"i", NOW), user("u1", "dora", "dora"))


def test_an_invitation_taken_back_is_gone(desk: Desk) -> None:
    desk.do(CreateInvitation("i", b"i", None, False, NOW, NOW + 100, 1))
    assert [row.id for row in accounts.invitations(desk.database)] == ["i"]
    desk.do(EndInvitation("i"), EndInvitation("i"))
    assert accounts.invitations(desk.database) == ()
    assert desk.code(changes=(UseInvitation(b"i", NOW),)) == Code.GONE


def test_a_ticket_opens_once(desk: Desk) -> None:
    desk.do(CreateTicket(b"t", "alice", "s", "o", NOW, NOW + 30))
    desk.do(UseTicket(b"t", NOW + 29))
    assert desk.code(changes=(UseTicket(b"t", NOW + 29),)) == Code.UNAUTHORIZED


@pytest.mark.parametrize(("digest", "now"), [(b"t", NOW + 30), (b"unknown", NOW)])
def test_a_ticket_late_or_unknown_is_refused(desk: Desk, digest: bytes, now: int) -> None:
    desk.do(CreateTicket(b"t", "alice", "s", "o", NOW, NOW + 30))
    assert desk.code(changes=(UseTicket(digest, now),)) == Code.UNAUTHORIZED


def test_a_new_ticket_sweeps_out_expired_ones(desk: Desk) -> None:
    desk.do(CreateTicket(b"old", "alice", "s", "o", NOW, NOW + 30))
    desk.do(CreateTicket(b"new", "alice", "s", "o", NOW + 29, NOW + 59))
    assert accounts.ticket(desk.database, b"old") is not None
    desk.do(CreateTicket(b"newer", "alice", "s", "o", NOW + 30, NOW + 60))
    assert accounts.ticket(desk.database, b"old") is None
    assert accounts.ticket(desk.database, b"new") is not None


def said(desk: Desk) -> EventRow:
    """What alice says just now, as it is handed on."""
    note = Append("r1", "message", "alice", NOW, b"{}", numbered=True)
    (event,) = desk.do(note).events
    return event


def test_a_new_name_is_the_authors_at_once_and_the_old_one_is_free(desk: Desk) -> None:
    desk.room("r1")
    assert said(desk).author_name == "alice"
    desk.do(RenameUser("alice", "alicia", "alicia"), SetDisplay("alice", "A. Lice"))
    row = accounts.user_by_name(desk.database, "alicia")
    assert row is not None and (row.id, row.display) == ("alice", "A. Lice")
    assert said(desk).author_name == "alicia"
    desk.do(user("u2", "alice", "alice"))


def test_a_name_that_is_taken_renames_nobody(desk: Desk) -> None:
    desk.do(user("u2", "dora", "d0ra"))
    for name, skeleton in (("dora", "x"), ("x", "d0ra")):
        assert desk.code(changes=(RenameUser("alice", name, skeleton),)) == Code.NAME_TAKEN
    # One's own old name, or one that looks like it, is no obstacle.
    desk.do(RenameUser("u2", "d0ra", "d0ra"))


def test_a_name_that_was_not_given_after_all_is_forgotten(desk: Desk) -> None:
    desk.room("r1")
    append = Append("r1", "note", "alice", NOW, b"{}")
    desk.code(changes=(RenameUser("alice", "eve", "eve"), append, user("u3", "bob", "bob")))
    assert said(desk).author_name == "alice"


def test_what_a_credential_may_be_used_for_is_read_back(desk: Desk) -> None:
    scopes = frozenset({"chat", "rooms:read"})
    for id, limited in (("c1", scopes), ("c2", None), ("c3", frozenset())):
        desk.do(CreateCredential(id, id.encode(), "token", "alice", "", NOW, None, limited))
        row = accounts.credential(desk.database, id.encode())
        assert row is not None and row.scopes == limited


def test_a_bot_is_one(desk: Desk) -> None:
    desk.do(CreateUser("u9", "robo", "robo", "Robo", None, False, NOW, "bot"))
    row = accounts.user(desk.database, "u9")
    assert row is not None and row.kind == "bot"
