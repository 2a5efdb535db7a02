"""What is put off goes out again in the order it was asked."""

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

    def ask(self) -> None:
        def answered(frame: Any) -> None:
            self.done.append(frame["id"])

        asked = self.commands.ask("send", {"key": "k"})
        asked.addCallback(answered)
        asked.addErrback(lambda failure: failure.trap(Disconnected))

    def refuse(self, number: int) -> None:
        frame = {"type": "error", "id": number, "code": "rate-limited", "message": "slower"}
        self.commands.reply({**frame, "retry": True, "retry_after": 0.2})

    def accept(self, number: int) -> None:
        self.commands.reply({"type": "done", "id": number})

    def take(self) -> list[int]:
        taken, self.sent = self.sent, []
        return taken


def test_a_burst_that_was_refused_in_part_stays_in_order() -> None:
    stage = Stage()
    for _ in range(5):
        stage.ask()
    assert stage.take() == [1, 2, 3, 4, 5]
    stage.accept(1)
    for number in (2, 3, 4, 5):
        stage.refuse(number)
    stage.ask()
    assert stage.take() == []
    stage.clock.advance(60)
    assert stage.take() == [2]
    for number in (2, 3, 4, 5, 6):
        stage.accept(number)
        assert stage.take() == ([number + 1] if number < 6 else [])
    assert stage.done == [1, 2, 3, 4, 5, 6]
    assert not stage.clock.getDelayedCalls()


def test_one_that_is_refused_again_is_tried_alone_again() -> None:
    stage = Stage()
    for _ in range(3):
        stage.ask()
    stage.refuse(1)
    stage.clock.advance(60)
    # The others of the burst are refused only now: the first is on its way already.
    stage.refuse(2)
    stage.refuse(3)
    stage.take()
    stage.refuse(1)
    assert stage.take() == []
    stage.clock.advance(60)
    assert stage.take() == [1]


def test_a_new_connection_starts_anew_with_all_of_them_in_order() -> None:
    stage = Stage()
    for _ in range(3):
        stage.ask()
    stage.refuse(1)
    stage.refuse(2)
    stage.commands.interrupted("cut")
    assert not stage.clock.getDelayedCalls()
    stage.take()
    stage.commands.through(stage.send)
    assert stage.take() == [1, 2, 3]
    stage.commands.ended(Disconnected("over"))
