"""What a session tells whoever records how commands go."""

from typing import Any

from chatd.engine.tracing import Carried
from tests.session.rig import Rig


class Recorder:
    def __init__(self) -> None:
        self.told: list[Carried] = []

    def carried(self, told: Carried) -> None:
        self.told.append(told)

    def served(self, told: Any) -> None:
        raise AssertionError("there is no request here")

    def fanned_out(self) -> None:
        raise AssertionError("no session knows that")


def test_each_command_is_told_of_once_with_its_kind_its_times_and_how_it_ended() -> None:
    rig, recorder = Rig(), Recorder()
    rig.engine.tracer = recorder
    rig.clock.advance(10)
    rig.say(1)
    rig.clock.advance(0.25)
    rig.say(2, text="no")
    rig.store.fire(0)
    rig.send("peek", 3)
    rig.clock.advance(1)
    rig.store.reads[0].fire(None)
    rig.send("wave", 4, hard=True)
    rig.say(5, text="bug")
    rig.session.frame(b"nonsense")
    told = [(one.type, one.kind, one.request, one.outcome) for one in recorder.told]
    assert told == [
        ("say", "write", 2, "forbidden"),
        ("say", "write", 1, "done"),
        ("peek", "read", 3, "done"),
        ("wave", "passing", 4, "wrong-state"),
        ("say", "write", 5, "internal"),
    ]
    spent = [round(one.ended - one.began, 6) for one in recorder.told]
    assert spent == [0, 0.25, 1, 0, 0]
    assert [one.reference for one in recorder.told] == [None] * 4 + ["00000000"]
    assert {one.origin for one in recorder.told} == {rig.session.origin}
