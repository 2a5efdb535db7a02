"""One-time links and mail addresses, as the store keeps them."""

from chatd.core.codes import Code
from chatd.engine.account_links import CreateLink, LinkRow, MailAddress, SetEmail, UseLink
from chatd.engine.accounts import SetPassword
from chatd.store import account_link_reads as reads
from tests.store.desk import NOW, Desk

HOUR = 3_600_000


def link(digest: bytes, kind: str = "reset", user: str = "bob", at: int = NOW) -> CreateLink:
    return CreateLink(digest, kind, user, "", at, at + HOUR)  # type: ignore[arg-type]


def test_a_link_is_used_once_and_for_its_purpose(desk: Desk) -> None:
    desk.do(link(b"1"))
    assert reads.account_link(desk.database, b"1") == LinkRow(
        "reset", "bob", "bob", False, "", NOW + HOUR
    )
    assert desk.code(changes=(UseLink(b"1", "email", NOW),)) is Code.GONE
    assert desk.code(changes=(UseLink(b"1", "reset", NOW + HOUR),)) is Code.GONE
    desk.do(UseLink(b"1", "reset", NOW + HOUR - 1))
    assert desk.code(changes=(UseLink(b"1", "reset", NOW),)) is Code.GONE
    assert reads.account_link(desk.database, b"1") is None


def test_another_link_of_the_kind_ends_the_first_and_all_that_are_over(desk: Desk) -> None:
    desk.do(link(b"1"), link(b"2", "email"), link(b"3", user="alice", at=NOW - HOUR), link(b"4"))
    left = [each for each in (b"1", b"2", b"3", b"4") if reads.account_link(desk.database, each)]
    assert left == [b"2", b"4"]


def test_a_new_password_ends_all_links_of_the_account(desk: Desk) -> None:
    desk.do(link(b"1"), link(b"2", "email"), link(b"3", user="alice"), SetPassword("bob", "phc"))
    assert reads.account_link(desk.database, b"1") is reads.account_link(desk.database, b"2")
    assert reads.account_link(desk.database, b"3") is not None


def test_a_confirmed_address_belongs_to_one_account(desk: Desk) -> None:
    desk.do(SetEmail("bob", "b@example.org"))
    assert reads.email_of(desk.database, "bob") == MailAddress("b@example.org", True)
    found = reads.user_by_email(desk.database, "b@example.org")
    assert found is not None and found.id == "bob"
    assert desk.code(changes=(SetEmail("alice", "b@example.org"),)) is Code.EXISTS
    desk.do(SetEmail("bob", None), SetEmail("alice", "b@example.org"))
    assert reads.email_of(desk.database, "bob") is None


def test_an_address_that_nobody_confirmed_leads_nowhere(desk: Desk) -> None:
    desk.database.run("update users set email = 'b@example.org' where id = 'bob'", {})
    assert reads.email_of(desk.database, "bob") == MailAddress("b@example.org", False)
    assert reads.user_by_email(desk.database, "b@example.org") is None
