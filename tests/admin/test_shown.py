"""What chatctl prints of others' texts: they can be read, they do nothing, and they fit."""

import pytest

from chatd.admin import office_shown
from chatd.admin.answers import (
    AddedUser,
    Block,
    Credential,
    DeletedUser,
    OpenInvitation,
    Status,
    User,
)
from chatd.admin.shown import columns, pairs, table, wrapped

MOMENT = 1_764_000_000_000
LONG = "w" * 64
WIDE = "茶" * 40
LABEL = "\x1b]52;c;cm0gLXJmIC8=\x07bot\u202e\x9b31m"


def credential(label: str) -> Credential:
    return Credential(
        "c7h3n5d0qzw2", "session", label, "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", MOMENT, MOMENT,
        None, "all",
    )  # fmt: skip


def test_no_label_speaks_to_the_operators_terminal() -> None:
    shown = "\n".join(office_shown.credentials([credential(LABEL)]))
    assert "bot" in shown
    assert all(char.isprintable() or char == "\n" for char in shown)
    assert all(char.isprintable() for line in pairs([("name", LABEL)]) for char in line)


@pytest.mark.parametrize("name", [LONG, WIDE, "tea " * 40, "e\N{COMBINING ACUTE ACCENT}" * 90])
def test_tables_fit_80_columns_and_lose_nothing(name: str) -> None:
    user = User("u7h3n5d0qzw2", name, "person", True, False, MOMENT)
    tables = [
        office_shown.users([user, user]),
        office_shown.credentials([credential(name)]),
        office_shown.invitations([OpenInvitation("i1", name, True, MOMENT, MOMENT, 1000)]),
        office_shown.blocks([Block("2001:db8::/32", MOMENT, None, name)]),
        office_shown.status(Status(1, "invitation", 1, 1, 1, 1, 1, 1, name, name, name, name, 1)),
    ]
    for lines in map(list, tables):
        assert max(map(columns, lines)) <= 80
        letters = [char for line in lines for char in line if char in set(name) - {" "}]
        assert len(letters) >= len(name.replace(" ", "")), "all of the name is there"


@pytest.mark.parametrize(
    ("kind", "admin", "said"),
    [
        ("person", False, "Created account robot (u1)."),
        ("person", True, "Created administrator robot (u1)."),
        ("bot", False, "Created bot robot (u1)."),
    ],
)
def test_what_was_made_is_said(kind: str, admin: bool, said: str) -> None:
    assert list(office_shown.added(AddedUser("u1", "robot", kind, admin))) == [said]


def test_a_deletion_says_what_the_account_leaves() -> None:
    done = DeletedUser("u1", "robot", False, 0, 0, 1, 2, True)
    assert "it leaves 1 room, 2 messages of it stay" in " ".join(office_shown.deleted(done))


def test_a_wide_character_is_never_cut_in_two() -> None:
    assert wrapped("茶茶茶", 5) == ["茶茶", "茶"]
    assert wrapped("a tea cup", 5) == ["a tea", "cup"]
    assert wrapped("", 5) == [""]


def test_a_table_of_nothing_says_so() -> None:
    assert list(table(("A", "B"), [])) == ["none"]


def test_columns_stand_below_one_another_beside_wide_names() -> None:
    head, first, second = table(("NAME", "ADMIN"), [("茶", "yes"), ("ann", "no")])
    assert columns(first.partition("yes")[0]) == columns(second.partition("no")[0])
    assert head.startswith("NAME  ADMIN")
