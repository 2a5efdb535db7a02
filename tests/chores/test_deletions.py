"""An account is deleted: what goes, what stays, and what an interruption changes."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import pytest

from chatd import features
from chatd.chores.deletions import ROOMS, Deletions
from chatd.core.codes import Code
from chatd.core.principal import Principal
from chatd.core.refusal import Refusal
from chatd.engine.account_links import CreateLink, SetEmail
from chatd.engine.accounts import CreateCredential, SetAdmin, SetDisabled
from chatd.engine.deletion import OwnMessages, Parting
from chatd.engine.engine import Engine
from chatd.engine.identities import CreateIdentity
from chatd.engine.pictures import CreatePicture
from chatd.engine.profiles import SetProfile, SetStatus
from chatd.engine.rows import Committed, StatusRow
from chatd.engine.unit import ChangeRoom, ReplaceBody, SetBlock, Unit
from chatd.features.deletion import begun
from chatd.features.drafts import WriteDraft
from chatd.features.messages import Send
from chatd.features.profile import SetProfileCommand, SetStatusCommand
from chatd.features.scheduled import ScheduleMessage
from chatd.store import deletion_reads, timeline
from tests.fakes.clock import FakeClock
from tests.fakes.drive import Promise, drive, run
from tests.fakes.tiny import LIMITS
from tests.store.desk import NOW, Desk


class DeskStore:
    """A desk as coroutines. ``fails`` after so many commits, as a store out of order does."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.fails: int | None = None
        self.units: list[Unit] = []

    async def commit(self, unit: Unit) -> Committed:
        if self.fails is not None:
            self.fails -= 1
            if self.fails < 0:
                raise Refusal(Code.UNAVAILABLE, "The store is out of order.")
        self.units.append(unit)
        return self.desk.unit(unit)

    async def deletions(self) -> Sequence[tuple[str, bool]]:
        return deletion_reads.deletions(self.desk.database)

    async def partings(self, user: str, limit: int) -> Sequence[Parting]:
        return deletion_reads.partings(self.desk.database, user, limit)

    async def own_messages(self, user: str, after: int, limit: int) -> OwnMessages:
        return deletion_reads.own_messages(self.desk.database, user, after, limit)

    async def own_messages_in(self, user: str, room: str, limit: int) -> OwnMessages:
        return deletion_reads.own_messages_in(self.desk.database, user, room, limit)


class World:
    def __init__(self) -> None:
        self.desk = Desk()
        self.desk.user("alice", "bob", "carol", "dave")
        self.store = DeskStore(self.desk)
        self.clock = FakeClock()
        self.deletions = self.anew()

    def anew(self) -> Deletions:
        """As after a restart."""
        return Deletions(self.store, self.clock, lambda size: b"\7" * size, self.clock, run)

    def delete(self, user: str = "alice", *, erase: bool = False) -> None:
        run(self.deletions.delete(user, erase=erase, asker=None))

    def roles(self, room: str) -> dict[str, str]:
        rows = self.desk.database.rows(
            "select person, role from memberships where room = :room and to_seq is null",
            {"room": room},
        )
        return {row[0]: row[1] for row in rows}

    def texts(self, room: str) -> list[bytes]:
        rows = self.desk.database.rows(
            "select body from events where room = :room and numbered = 1 order by seq",
            {"room": room},
        )
        return [row[0] for row in rows]

    def one(self, sql: str) -> Any:
        row = self.desk.database.row(sql, {})
        return row and (row[0] if len(row) == 1 else tuple(row))


@pytest.fixture
def world() -> Iterator[World]:
    world = World()
    yield world
    world.desk.database.close()


def test_the_account_is_nobodys_and_its_name_is_free(world: World) -> None:
    desk = world.desk
    desk.do(
        CreateCredential("c1", b"1", "session", "alice", "", NOW, None),
        CreateLink(b"2", "reset", "alice", "", NOW, NOW + 1),
        SetEmail("alice", "a@example.org"),
        CreateIdentity("https://shop.example", "7", "alice", NOW),
        CreatePicture("p1", "alice", "image/png", NOW, b"x", 9),
        CreatePicture("p2", "alice", "image/png", NOW, b"y", 9),
        SetProfile("alice", about="Leaves", avatar="p1"),
        SetStatus("alice", StatusRow("", "here")),
        SetBlock("alice", "bob", True, NOW),
        SetBlock("carol", "alice", True, NOW),
    )
    desk.room("tea")
    desk.do(ChangeRoom("tea", avatar="p2"))
    world.delete()
    name = world.one("select name from users where id = 'alice'")
    assert name.startswith("deleted-") and len(name) == len("deleted-") + 10
    assert world.one(
        "select display, password, admin, disabled, about, avatar, status_text, email, deletion"
        " from users where id = 'alice'"
    ) == ("Deleted account", None, 0, 1, "", None, "", None, "done")
    for table in ("credentials", "account_links", "identities", "blocks", "marks"):
        assert world.one(f"select count(*) from {table}") == 0, table
    assert world.one("select id from pictures") == "p2", "what a room shows stays"
    desk.do(SetDisabled("alice", False, NOW))
    assert world.one("select disabled from users where id = 'alice'") == 1
    desk.database.run("update users set name = 'alice', skeleton = 'alice' where id = 'dave'", {})


def test_words_stay_unless_they_are_to_go(world: World) -> None:
    for room in ("tea", "den"):
        world.desk.room(room)
        world.desk.member(room, "bob", "owner")
        world.desk.member(room, "alice")
        world.desk.say(room, "alice", "mine")
        world.desk.say(room, "bob", "his")
    world.delete()
    assert world.texts("tea") == world.texts("den") == [b'{"text":"mine"}', b'{"text":"his"}']
    assert world.roles("tea") == {"bob": "owner"}
    page = timeline.page(world.desk.database, "bob", "tea", None, None, None, 9)
    assert [row.author_name[:8] for row in page.messages] == ["deleted-", "bob"]


def test_erased_words_leave_their_places_and_say_so(world: World) -> None:
    for room in ("tea", "den"):
        world.desk.room(room)
        world.desk.member(room, "bob", "owner")
        world.desk.member(room, "alice")
        world.desk.say(room, "alice", "mine")
        world.desk.say(room, "bob", "his")
    world.desk.member("den", "alice", None)
    gone = world.desk.say("tea", "alice", "gone before")
    world.desk.erase("tea", "alice", gone)
    world.delete(erase=True)
    for room in ("tea", "den"):
        assert b"mine" not in b"".join(world.texts(room)) and b"his" in b"".join(world.texts(room))
    told = world.one("select count(*) from events where kind = 'deleted' and author = 'alice'")
    assert told == 3, "one for each, and none for what was deleted before"


@pytest.mark.parametrize(
    ("others", "heir"),
    [
        ((("bob", "member"), ("carol", "moderator"), ("dave", "moderator")), "carol"),
        ((("bob", "reader"), ("dave", "member"), ("carol", "member")), "dave"),
        ((("bob", "reader"),), "bob"),
        ((("bob", "moderator"), ("carol", "owner")), None),
    ],
)
def test_a_room_keeps_an_owner(
    world: World, others: tuple[tuple[str, Any], ...], heir: str | None
) -> None:
    world.desk.room("tea")
    world.desk.member("tea", "alice", "owner")
    for user, role in others:
        world.desk.member("tea", user, role)
    world.delete()
    wanted = dict(others) | ({heir: "owner"} if heir else {})
    assert world.roles("tea") == wanted
    assert world.one("select archived from rooms") == 0
    kinds = world.desk.database.rows(
        "select subject, body from events where author = 'alice' order by seq desc limit 2", {}
    )
    assert kinds[0] == ("alice", b'{"change":"left"}')
    if heir:
        assert kinds[1] == (heir, b'{"change":"role","role":"owner"}')


def test_a_room_of_nobody_and_a_conversation_are_archived(world: World) -> None:
    world.desk.room("tea")
    world.desk.member("tea", "alice", "owner")
    world.desk.room("chat", kind="direct", pair=("alice", "bob"))
    for user in ("alice", "bob"):
        world.desk.member("chat", user)
    world.desk.say("chat", "alice", "mine")
    world.delete()
    assert world.desk.database.rows("select id, archived, members from rooms order by id", {}) == [
        ("chat", 1, 1),
        ("tea", 1, 0),
    ]
    assert world.texts("chat") == [b'{"text":"mine"}']


def test_notes_to_oneself_go_in_any_case(world: World) -> None:
    world.desk.room("notes", kind="direct", pair=("alice", "alice"))
    world.desk.member("notes", "alice")
    for number in range(450):
        world.desk.say("notes", "alice", f"secret {number}")
    world.delete()
    assert b"secret" not in b"".join(world.texts("notes"))
    assert world.roles("notes") == {}


def test_the_last_administrator_stays(world: World) -> None:
    world.desk.do(SetAdmin("alice", True))
    with pytest.raises(Refusal) as caught:
        world.delete()
    assert caught.value.code is Code.WRONG_STATE
    assert world.one("select disabled from users where id = 'alice'") == 0
    world.desk.do(SetAdmin("bob", True))
    world.delete()
    with pytest.raises(Refusal) as caught:
        world.delete()
    assert caught.value.code is Code.GONE


@pytest.mark.parametrize("commits", range(1, 9))
def test_an_interrupted_deletion_goes_on_with_the_next_start(world: World, commits: int) -> None:
    for number in range(3):
        world.desk.room(f"room{number}")
        world.desk.member(f"room{number}", "alice", "owner")
        world.desk.member(f"room{number}", "bob")
        for _ in range(150):
            world.desk.say(f"room{number}", "alice", "mine")
    world.store.fails = commits
    world.delete(erase=True)
    world.deletions.stop()
    done = world.one("select deletion from users where id = 'alice'") == "done"
    assert done is (commits == 8)
    world.store.fails = None
    world.anew().start()
    assert world.one("select deletion from users where id = 'alice'") == "done"
    for number in range(3):
        assert world.roles(f"room{number}") == {"bob": "owner"}
        assert b"mine" not in b"".join(world.texts(f"room{number}"))
    assert world.one("select count(*) from events where kind = 'deleted'") == 450
    assert world.one("select count(*) from events where kind = 'membership'") == 12


def test_what_is_refused_is_tried_again_without_a_restart(world: World) -> None:
    world.desk.room("tea")
    world.desk.member("tea", "alice")
    world.store.fails = 1
    world.delete()
    assert world.roles("tea") == {"alice": "member"}
    world.store.fails = None
    world.clock.advance(30)
    assert world.roles("tea") == {}
    assert world.one("select deletion from users where id = 'alice'") == "done"


def test_a_room_that_changes_meanwhile_is_left_as_it_is_then(world: World) -> None:
    world.desk.room("tea")
    world.desk.member("tea", "alice", "owner")
    world.desk.member("tea", "bob")
    before: Callable[[Unit], Any] = world.store.commit
    meddled = []

    async def commit(unit: Unit) -> Committed:
        begun = world.one("select deletion from users where id = 'alice'") is not None
        if begun and unit.requires and not meddled:
            meddled.append(world.desk.member("tea", "bob", None))
            world.desk.member("tea", "carol", "member")
        found: Committed = await before(unit)
        return found

    world.store.commit = commit  # type: ignore[method-assign]
    world.delete()
    assert world.roles("tea") == {"carol": "owner"}


def test_many_rooms_are_left_in_several_steps(world: World) -> None:
    for number in range(ROOMS * 2 + 1):
        world.desk.room(f"room{number}")
        world.desk.member(f"room{number}", "alice")
    world.delete()
    assert world.one("select count(*) from memberships where to_seq is null") == 0
    assert max(len(unit.changes) for unit in world.store.units) < 10


def test_a_message_deleted_at_the_same_time_is_deleted(world: World) -> None:
    world.desk.room("tea")
    world.desk.member("tea", "alice")
    seq = world.desk.say("tea", "alice", "mine")
    world.desk.do(ReplaceBody("tea", seq, b'{"deleted":1}', deleted=True))
    found = deletion_reads.own_messages(world.desk.database, "alice", 0, 9)
    assert found == OwnMessages((), None)


def test_an_account_deleted_while_the_store_is_being_asked_is_not_forgotten(world: World) -> None:
    world.desk.room("tea")
    world.desk.member("tea", "alice")
    asked: list[Promise[None]] = []

    async def deletions() -> Sequence[tuple[str, bool]]:
        before = deletion_reads.deletions(world.desk.database)
        asked.append(Promise())
        await asked[-1]
        return before

    world.store.deletions = deletions  # type: ignore[method-assign]
    world.deletions = Deletions(world.store, world.clock, lambda size: b"\7" * size, None, drive)
    world.deletions.start()
    world.delete()
    assert len(asked) == 1 and world.roles("tea") == {"alice": "member"}
    asked[0].fire(None)
    asked[1].fire(None)
    assert world.roles("tea") == {}


@pytest.mark.logs_errors("a deletion goes on later")
def test_a_deletion_that_fails_keeps_no_other_waiting_and_is_tried_again(world: World) -> None:
    for room in ("tea", "den"):
        world.desk.room(room)
    world.desk.member("tea", "alice")
    world.desk.member("den", "bob")
    partings = world.store.partings

    async def broken(user: str, limit: int) -> Sequence[Parting]:
        if user == "alice":
            raise RuntimeError("boom")
        return await partings(user, limit)

    world.store.partings = broken  # type: ignore[method-assign]
    names = iter((b"\7", b"\10"))
    world.deletions = Deletions(
        world.store, world.clock, lambda size: next(names) * size, world.clock, run
    )
    world.delete()
    world.delete("bob")
    assert world.roles("den") == {} and world.roles("tea") == {"alice": "member"}
    assert world.clock.waiting() == 1, "one timer, however many failed"
    world.store.partings = partings  # type: ignore[method-assign]
    world.clock.advance(30)
    assert world.roles("tea") == {}
    assert world.clock.waiting() == 0


def test_a_stop_leaves_no_timer(world: World) -> None:
    world.desk.room("tea")
    world.desk.member("tea", "alice")
    world.store.fails = 1
    world.delete()
    world.deletions.stop()
    assert world.clock.waiting() == 0


def test_what_was_under_way_when_the_account_was_deleted_is_refused(world: World) -> None:
    desk = world.desk
    desk.room("tea")
    desk.member("tea", "alice")
    bench = Engine(
        features.ALL,
        cast(Any, world.store),
        world.clock,
        lambda size: b"\7" * size,
        LIMITS,
        lambda **_: None,
    )
    alice = Principal("alice", "alice", False, "cookie", "c1")
    under_way = [
        Send(id=1, key="a", room="tea", text="hello"),
        ScheduleMessage(id=2, key="b", room="tea", text="later", at=world.clock.wall() + 3600_000),
        WriteDraft(id=3, room="tea", text="nearly"),
        SetProfileCommand(id=4, key="d", display="Alice again", about="Leaves"),
        SetStatusCommand(id=5, key="e", text="here"),
    ]
    desk.do(*begun("alice", "x", NOW, erase=False).changes)
    for command in under_way:
        with pytest.raises(Refusal) as caught:
            run(world.store.commit(bench.decide(command, alice)))
        assert caught.value.code is Code.UNAUTHORIZED
