"""Scheduled messages: what several nodes make of one that is due at the same moment."""

from collections.abc import Iterator

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import SetDisabled
from chatd.engine.scheduled import ScheduledRow
from chatd.features.scheduled import Sayings
from chatd.store import scheduled_reads
from tests.fakes.drive import run
from tests.features.test_views import ask
from tests.scenarios.memory import MemoryLink, MemoryWorld


class Bench:
    def __init__(self, world: MemoryWorld) -> None:
        run(world.person("alice"))
        self.world = world
        self.link: MemoryLink = run(world.connect("alice", 1))
        self.room: str = ask(self.link, type="create_room", key="r", name="Tea")["room"]
        self.sayings = Sayings(world.nodes[0].engine.decide)

    def schedule(self, text: str = "later", key: str = "k", **more: object) -> ScheduledRow:
        at = self.world.clock.wall() + 60_000
        reply = ask(self.link, type="schedule", key=key, room=self.room, text=text, at=at, **more)
        assert reply["type"] == "done", reply
        return scheduled_reads.one(self.world.desk.database, "ualice", key)

    def said(self) -> list[dict[str, object]]:
        messages: list[dict[str, object]] = ask(self.link, type="history", room=self.room)[
            "messages"
        ]
        return messages

    def refused(self, row: ScheduledRow) -> Code:
        with pytest.raises(Refusal) as caught:
            self.world.desk.unit(self.sayings.said(row))
        return caught.value.code


@pytest.fixture
def bench() -> Iterator[Bench]:
    world = MemoryWorld()
    yield Bench(world)
    world.stop()
    assert world.faults == []


def test_two_nodes_say_it_once_and_both_know(bench: Bench) -> None:
    row = bench.schedule()
    first = bench.world.desk.unit(bench.sayings.said(row))
    again = bench.world.desk.unit(bench.sayings.said(row))
    assert (first.repeated, again.repeated) == (False, True)
    assert again.answer == first.answer
    assert [message["text"] for message in bench.said()] == ["later"]


def test_what_was_taken_back_in_the_last_moment_is_not_said(bench: Bench) -> None:
    row = bench.schedule()
    assert ask(bench.link, type="unschedule", key="u", scheduled="k")["type"] == "done"
    assert bench.refused(row) is Code.NOT_FOUND
    assert bench.said() == []


def test_what_failed_on_another_node_is_not_said_after_all(bench: Bench) -> None:
    row = bench.schedule()
    bench.world.desk.unit(bench.sayings.failed(row, "Not here."))
    assert bench.refused(row) is Code.NOT_FOUND
    assert bench.said() == []


def test_an_account_that_was_disabled_says_nothing(bench: Bench) -> None:
    row = bench.schedule()
    bench.world.desk.do(SetDisabled("ualice", True, 0))
    assert bench.refused(row) is Code.NOT_FOUND


def test_it_is_the_message_that_would_have_been_sent(bench: Bench) -> None:
    first = ask(bench.link, type="send", key="s", room=bench.room, text="question")
    card = {"org.example.card": {"n": 1}}
    row = bench.schedule("answer @alice", reply_to=first["seq"], data=card)
    bench.world.clock.advance(61)
    run(bench.world.settle())
    (_, said) = bench.said()
    assert (said["text"], said["reply_to"], said["data"]) == ("answer @alice", first["seq"], card)
    assert said["mentions"] == ["ualice"] and said["from"] == "ualice"
    assert isinstance(said["at"], int) and said["at"] >= row.due


def test_no_client_has_the_key_under_which_it_is_said(bench: Bench) -> None:
    bench.schedule()
    reply = ask(bench.link, type="send", key="~k", room=bench.room, text="mine")
    assert reply["code"] == "bad-field"


def test_who_repeats_the_command_late_is_not_told_that_it_failed(bench: Bench) -> None:
    at = bench.world.clock.wall() + 60_000
    frame = {"type": "schedule", "key": "k", "room": bench.room, "text": "later", "at": at}
    first = ask(bench.link, **frame)
    run(bench.world.passes(65))
    again = ask(bench.link, **frame)
    assert {**again, "id": 0} == {**first, "id": 0}
    assert [message["text"] for message in bench.said()] == ["later"]
