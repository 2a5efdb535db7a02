"""Public rooms: found by words, in pages without holes; what they are found by follows them."""

from pathlib import Path

from chatd.engine.unit import ChangeRoom
from chatd.store import rooms
from chatd.store.migrate import Step, migrate, steps
from chatd.store.rooms import public
from chatd.store.sqlite import Sqlite
from tests.store.desk import NOW, Desk


def named(desk: Desk, *words: str, after: str | None = None, limit: int = 10, **more) -> list[str]:
    return [row.id for row in public(desk.database, "alice", after, limit, words, **more)]


def test_every_word_has_to_be_there_in_any_order(desk: Desk) -> None:
    desk.room("tea", slug="leaves")
    desk.room("coffee")
    desk.do(ChangeRoom("coffee", topic="Not TEA, Straße"))
    assert named(desk, "tea") == ["coffee", "tea"]
    assert named(desk, "strasse", "coff") == ["coffee"]
    assert named(desk, "leaves", "tea") == ["tea"]
    assert named(desk, "leaves", "coffee") == []
    assert named(desk, "leaves", "t") == ["tea"]


def test_what_likes_anything_finds_itself_alone(desk: Desk) -> None:
    desk.room("tea")
    desk.room("100%")
    desk.room("a_b")
    desk.room("a!b")
    assert named(desk, "%") == ["100%"]
    assert named(desk, "_") == ["a_b"]
    assert named(desk, "!") == ["a!b"]


def test_only_public_rooms_are_found(desk: Desk) -> None:
    desk.room("tea", kind="private")
    assert named(desk, "tea") == []


def test_archived_rooms_only_where_asked_for(desk: Desk) -> None:
    desk.room("tea")
    desk.do(ChangeRoom("tea", archived=True))
    assert named(desk) == named(desk, "tea") == []
    assert named(desk, archived=True) == named(desk, "tea", archived=True) == ["tea"]


def test_pages_have_no_holes_and_no_repeats_where_many_are_alike(desk: Desk) -> None:
    for n in range(12):
        desk.room(f"tea{n:02}")
        for user in ("alice", "bob", "carol")[: n % 4]:
            desk.member(f"tea{n:02}", user)
    for words in ((), ("tea",)):
        whole = named(desk, *words, limit=50)
        paged: list[str] = []
        while page := named(desk, *words, after=paged[-1] if paged else None, limit=5):
            paged += page
        assert paged == whole and len(set(whole)) == 12
    counts = [row.members for row in public(desk.database, "alice", None, 50, ("tea",))]
    assert counts == sorted(counts, reverse=True)


def test_what_is_changed_is_found_by_its_new_words(desk: Desk) -> None:
    desk.room("tea", slug="tea")
    desk.do(ChangeRoom("tea", name="Kaffee", slug="kaffee"))
    assert named(desk, "tea") == []
    assert named(desk, "kaffee") == ["tea"]
    row = rooms.room(desk.database, "alice", "tea")
    assert (row.name, row.slug, row.topic) == ("Kaffee", "kaffee", "")


def test_rooms_from_before_are_found_too(tmp_path: Path) -> None:
    database = Sqlite(Path(":memory:"), writing=True)

    def bring(todo: list[Step]) -> None:
        migrate(database, tmp_path / "x.db", todo=todo, new_epoch=lambda: "e", now=NOW)

    bring(steps()[:1])
    database.run(
        "insert into users (id, name, skeleton, display, admin, created)"
        " values ('alice', 'alice', 'alice', '', 0, 0)",
        {},
    )
    database.run(
        "insert into rooms (id, kind, name, slug, topic, creator, at, shared_history)"
        " values ('r', 'public', 'ÄRGER', 'aerger', 'Straße', 'alice', 0, 1)",
        {},
    )
    bring(steps())
    found = public(database, "alice", None, 5, ("ärger", "strasse", "aerger"))
    assert [row.id for row in found] == ["r"]


def test_everything_about_a_room_changes_alone(desk: Desk) -> None:
    desk.room("tea")
    desk.do(ChangeRoom("tea", slow=30, posting="moderator", avatar="p1"))
    row = rooms.room(desk.database, "alice", "tea")
    assert (row.slow, row.posting, row.avatar, row.archived) == (30, "moderator", "p1", False)
    desk.do(ChangeRoom("tea", slow=0, avatar="", archived=True))
    row = rooms.room(desk.database, "alice", "tea")
    assert (row.slow, row.posting, row.avatar, row.archived) == (0, "moderator", None, True)
