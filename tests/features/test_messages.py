"""What a message may hold where the operator allows more than usual."""

from typing import Any

import msgspec

from tests.fakes.drive import run
from tests.features.test_scheduled import Bench
from tests.features.test_views import ask
from tests.scenarios.memory import LIMITS, MemoryWorld


def test_a_message_is_edited_within_the_same_limit_as_it_is_sent() -> None:
    world = MemoryWorld()
    bench = Bench(world)
    world.nodes[0].engine.limits = msgspec.structs.replace(LIMITS, text_code_points=10_000)

    def ask_of(**frame: object) -> dict[str, Any]:
        reply: dict[str, Any] = ask(bench.link, room=bench.room, **frame)
        return reply

    sent = ask_of(type="send", key="a", text="x" * 6000)
    edit = {"type": "edit", "seq": sent["seq"]}
    assert ask_of(**edit, key="b", text="y" * 6000)["type"] == "done"
    assert ask_of(**edit, key="c", text="y" * 10_001)["code"] == "too-long"
    assert ask_of(**edit, key="d", text="")["code"] == "bad-field"
    assert [said["text"] for said in bench.said()] == ["y" * 6000]
    run(world.settle())
    world.stop()
    assert world.faults == []
