"""What a new connection needs is looked up with its credential, and used only while it is true."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from chatd.engine.accounts import CreateCredential
from chatd.engine.rows import Missed
from chatd.engine.unit import Append, SetMember, Unit
from chatd.store import arrival, timeline
from chatd.store.arrival import KEPT, Ahead, Arrivals
from tests.store.desk import NOW
from tests.store.opened import Opened

DIGEST = b"d" * 32


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Opened]:
    opened = Opened(tmp_path / "data").start().tea()
    row = CreateCredential("c1", DIGEST, "token", "bob", "", NOW, None)
    opened.commit(Unit("bob", changes=(row,)))
    yield opened
    opened.stop()


def reads(opened: Opened) -> list[str]:
    """The names of what readers are asked from now on."""
    asked: list[str] = []
    ask = opened.store._readers.ask

    def noted(read, *arguments):  # type: ignore[no-untyped-def]
        asked.append(read.__name__)
        return ask(read, *arguments)

    opened.store._readers.ask = noted  # type: ignore[method-assign]
    return asked


def look_up(opened: Opened) -> None:
    row = opened.pump.wait(opened.store.credential(DIGEST, arriving=True))
    assert row is not None and row.user == "bob"


def arrive(opened: Opened) -> tuple[list[str], int]:
    _, rooms, position = opened.pump.wait(opened.store.arrival("bob"))
    return [room.id for room in rooms], position


def resume(opened: Opened, since: int | None, rooms: Sequence[str] = ("tea",)) -> Missed:
    return opened.pump.wait(opened.store.missed("bob", rooms, since, 100))


def read_now(opened: Opened, since: int | None, rooms: Sequence[str]) -> Missed:
    return opened.pump.wait(opened.store._readers.ask(timeline.missed, "bob", rooms, since, 100))


LEAVES = Unit(
    "bob",
    changes=(
        Append("tea", "left", "bob", NOW, b"{}", subject="bob"),
        SetMember("tea", "bob", None),
    ),
)


def test_one_read_is_enough_where_nothing_happened_meanwhile(opened: Opened) -> None:
    asked = reads(opened)
    look_up(opened)
    assert arrive(opened) == (["tea"], 1)
    assert asked == ["with_credential"]
    assert asked == ["with_credential"]


@pytest.mark.parametrize("since", [None, 1])
def test_resuming_needs_no_read_of_its_own_where_nothing_happened_meanwhile(
    opened: Opened, since: int | None
) -> None:
    asked = reads(opened)
    look_up(opened)
    rooms = ["nowhere", "tea", "tea"]
    ahead = resume(opened, since, rooms)
    assert asked == ["with_credential"]
    assert [room.id for room in ahead.rooms] == ["tea"] and ahead.removed == ("nowhere",)
    assert ahead == read_now(opened, since, rooms)


def test_whoever_missed_something_has_it_read(opened: Opened) -> None:
    opened.send("while bob was away")
    asked = reads(opened)
    look_up(opened)
    assert [event.position for event in resume(opened, 1).events] == [2]
    assert asked == ["with_credential", "missed"]


def test_whoever_belongs_to_many_rooms_has_them_read(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrival, "ROOMS", 0)
    asked = reads(opened)
    look_up(opened)
    assert arrive(opened) == (["tea"], 1)
    resume(opened, None)
    assert asked == ["with_credential", "missed"]


def test_what_was_committed_before_resuming_is_seen(opened: Opened) -> None:
    look_up(opened)
    arrive(opened)
    opened.commit(LEAVES)
    missed = resume(opened, 1)
    assert missed.rooms == () and missed.removed == ("tea",)
    assert [event.position for event in missed.events] == [2]


def test_what_was_committed_after_the_looking_up_is_seen(opened: Opened) -> None:
    look_up(opened)
    opened.commit(LEAVES)
    assert arrive(opened) == ([], 2)


def test_what_is_on_its_way_to_the_disk_at_either_moment_is_waited_for(opened: Opened) -> None:
    for late in (False, True):
        asked = reads(opened)
        if late:
            look_up(opened)
        committing = opened.sending()
        if not late:
            look_up(opened)
            opened.pump.wait(committing)
        arrive(opened)
        assert asked[-1] == "arrival"
        if late:
            opened.pump.wait(committing)


def test_who_is_unknown_leaves_nothing(opened: Opened) -> None:
    assert opened.pump.wait(opened.store.credential(b"none", arriving=True)) is None


def test_it_keeps_no_more_than_those_at_the_door() -> None:
    arrivals = Arrivals(lambda: 1)
    for number in range(2 * KEPT):
        arrivals.keep(f"u{number}", 1, Ahead((frozenset(), (), number), {}))
    kept = [arrivals.look(f"u{number}") for number in range(2 * KEPT)]
    assert [one is not None for one in kept] == [False] * KEPT + [True] * KEPT
