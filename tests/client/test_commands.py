"""What one says in a room stays in the order in which it was said."""

from typing import Any

from twisted.internet.task import Clock

from chatd.client.book import Frame
from chatd.client.commands import Commands
from chatd.client.errors import Disconnected


class Stage:
    def __init__(self) -> None:
        self.clock = Clock()
        self.commands = Commands(self.clock, lambda: 0.5)
        self.sent: list[int] = []
        self.done: list[int] = []
        self.commands.through(self.send)

    def send(self, frame: Frame) -> None:
        self.sent.append(frame["id"])

    def ask(self, *rooms: str | None) -> None:
        """Something with a key in each, numbered from 1 over all that was asked."""
        for room in rooms:
            asked = self.commands.ask("send", {"key": "k"} | ({"room": room} if room else {}))
            asked.addCallback(self._answered)
            asked.addErrback(lambda failure: failure.trap(Disconnected))

    def _answered(self, frame: Any) -> None:
        self.done.append(frame["id"])

    def refuse(self, number: int, retry_after: float | None = 0.2) -> None:
        frame = {"type": "error", "id": number, "code": "rate-limited", "message": "slower"}
        self.commands.reply({**frame, "retry": True, "retry_after": retry_after})

    def accept(self, number: int) -> None:
        self.commands.reply({"type": "done", "id": number})

    def take(self) -> list[int]:
        taken, self.sent = self.sent, []
        return taken


def test_in_a_room_the_next_goes_out_only_when_the_one_before_is_answered_for_good() -> None:
    stage = Stage()
    stage.ask("tea", "tea", "tea")
    assert stage.take() == [1]
    stage.refuse(1)
    stage.ask("tea")
    assert stage.take() == []
    stage.clock.advance(60)
    assert stage.take() == [1]
    for number in (1, 2, 3, 4):
        stage.accept(number)
        assert stage.take() == ([number + 1] if number < 4 else [])
    assert stage.done == [1, 2, 3, 4]
    assert (len(stage.commands), stage.clock.getDelayedCalls()) == (0, [])


def test_one_that_is_refused_for_good_lets_the_next_go() -> None:
    stage = Stage()
    asked = stage.commands.ask("send", {"key": "k", "room": "tea"})
    stage.ask("tea")
    failures: list[Any] = []
    asked.addErrback(failures.append)
    stage.commands.reply({"type": "error", "id": 1, "code": "forbidden", "message": "No."})
    assert ([failure.value.code for failure in failures], stage.take()) == (["forbidden"], [1, 2])


def test_a_room_that_makes_one_wait_holds_up_no_other() -> None:
    stage = Stage()
    stage.ask("tea", "milk", None)
    assert stage.take() == [1, 2, 3]
    stage.refuse(1, retry_after=30.0)
    stage.accept(2)
    stage.ask("tea", "milk", None)
    assert stage.take() == [5]
    stage.accept(3)
    assert stage.take() == [6]
    stage.clock.advance(60)
    assert stage.take() == [1]


def test_one_that_is_refused_again_and_again_waits_ever_longer_and_the_next_begins_anew() -> None:
    stage = Stage()
    stage.ask("tea", "tea")
    waits = []
    for number in (1, 1, 1, 2):
        stage.refuse(number, retry_after=None)
        stage.take()
        before = stage.clock.seconds()
        while not stage.sent:
            stage.clock.advance(0.25)
        waits.append(stage.clock.seconds() - before)
        if len(waits) == 3:
            stage.accept(1)
    assert waits == [0.5, 1.0, 2.0, 0.5]


def test_a_new_connection_starts_anew_with_the_first_of_each_room() -> None:
    stage = Stage()
    stage.ask("tea", "milk", "tea", "milk")
    stage.refuse(1)
    stage.accept(2)
    stage.commands.interrupted("cut")
    assert not stage.clock.getDelayedCalls()
    stage.ask("soup", "tea")
    stage.take()
    stage.commands.through(stage.send)
    assert stage.take() == [1, 4, 5]
    stage.accept(1)
    assert stage.take() == [3]
    stage.commands.ended(Disconnected("over"))
    assert len(stage.commands) == 0
