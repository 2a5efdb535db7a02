"""From commands to units and answers, from rows to events: what the engine adds to the features."""

from typing import Any, cast

import msgspec
import pytest
from msgspec.structs import replace

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.engine import Engine, digest
from chatd.engine.references import MOST_NAMES
from chatd.engine.rows import Answer, Committed, EventRow
from chatd.engine.table import Feature, Passing
from chatd.engine.unit import Append
from chatd.engine.view import View
from chatd.wire.frames import Command, Done
from tests.fakes.drive import run
from tests.fakes.tiny import ALICE, LIMITS, TINY, Bench, Peek, Remark, Say, Touch, Wave

ROW = EventRow(36, "r1", 9, 4, "remark", "u1", "alice", 1234, None, b"hello")


class Nothing:
    """A view that only lets itself be held."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def presence(self, state: str) -> None:
        self.said.append(state)


def test_a_unit_carries_the_author_the_key_and_the_digest() -> None:
    bench = Bench()
    command = Say(id=1, key="k1", room="r1", text="hello")
    unit = bench.engine.decide(command, ALICE)
    assert (unit.actor, unit.key, unit.digest) == ("u-alice", "k1", digest(command))
    assert unit.changes == (Append("r1", "remark", "u-alice", bench.clock.wall(), b"hello"),)


def test_without_a_key_there_is_none_whatever_the_handler_says() -> None:
    unit = Bench().engine.decide(Touch(id=1), ALICE)
    assert (unit.actor, unit.key, unit.digest) == ("u-alice", None, b"")
    assert unit.room == "r00000000000"


def test_a_digest_is_of_what_is_said_and_not_of_its_id() -> None:
    command = Say(id=1, key="k1", room="r1", text="hello", data={"a.b": {"x": 1, "y": 2}})
    retry = Say(id=2, key="k1", room="r1", text="hello", data={"a.b": {"y": 2, "x": 1}})
    other = msgspec.structs.replace(command, text="hullo")
    assert len(digest(command)) == 16
    assert digest(command) == digest(retry) != digest(other)


def test_a_digest_tells_two_types_of_command_apart() -> None:
    class Shout(Say, frozen=True, kw_only=True, tag="shout"):
        pass

    said = {"id": 1, "key": "k", "room": "r", "text": "t"}
    assert digest(Say(**said)) != digest(Shout(**said))  # type: ignore[arg-type]


def test_numbers_of_any_size_have_a_digest() -> None:
    command = Say(id=1, key="k", room="r", text="t", data={"a.b": {"x": 10**400}})
    assert len(digest(command)) == 16


def test_the_reply_to_a_write_repeats_its_answer() -> None:
    command = Say(id=3, key="k", room="r1", text="hello")
    reply = Bench().engine.reply(command, Committed(Answer("r1", 9, 4, 1234)), ALICE)
    assert reply == Done(id=3, room="r1", seq=9, number=4, at=1234)


def test_a_signal_is_acknowledged_once_passed_on() -> None:
    view = Nothing()
    assert Bench().engine.act(Wave(id=4), ALICE, cast(View, view)) == Done(id=4)
    assert view.said == ["away"]


@pytest.mark.parametrize(
    ("command", "names"),
    [
        (Say(id=1, key="k", room="r1", text="#tea"), []),
        (Say(id=1, key="k", room="#tea", text="x"), ["tea"]),
        (Say(id=1, key="k", room="#tea", text="x", to="@bob"), ["tea", "bob"]),
        (Say(id=1, key="k", room="@tea", text="x", to="#bob"), []),
        (Peek(id=1, rooms=["r1", "#tea", "#milk"]), ["tea", "milk"]),
        (Wave(id=1), []),
    ],
)
def test_names_are_found_where_a_reference_is_declared(command: Command, names: list[str]) -> None:
    bench = Bench()
    assert bench.engine.needs_resolving(command) is bool(names)
    run(bench.engine.resolved(command, "u1"))
    assert bench.store.names == names


def test_names_become_ids() -> None:
    bench = Bench()
    said = Say(id=1, key="k", room="#tea", text="#tea", to="@bob")
    assert run(bench.engine.resolved(said, "u1")) == Say(
        id=1, key="k", room="id-of-tea", text="#tea", to="id-of-bob"
    )
    peek = Peek(id=1, rooms=["r1", "#tea"])
    assert run(bench.engine.resolved(peek, "u1")) == Peek(id=1, rooms=["r1", "id-of-tea"])


def test_a_name_that_is_nobodys_is_not_found() -> None:
    with pytest.raises(Refusal) as caught:
        run(Bench().engine.resolved(Say(id=1, key="k", room="#nowhere", text="x"), "u1"))
    assert caught.value.code is Code.NOT_FOUND


def test_a_command_may_name_only_so_many() -> None:
    bench = Bench()
    rooms = [f"#room{number}" for number in range(MOST_NAMES + 1)]
    with pytest.raises(Refusal) as caught:
        run(bench.engine.resolved(Peek(id=1, rooms=rooms), "u1"))
    assert caught.value.code is Code.LIMIT_REACHED
    assert bench.store.names == []


def test_a_refusal_becomes_an_error_with_all_it_says() -> None:
    refusal = Refusal(Code.RATE_LIMITED, "Slower.", retry_after=0.5, field="text")
    error = Bench().engine.error(refusal, 7, "say")
    assert msgspec.structs.asdict(error) == {
        "id": 7,
        "code": "rate-limited",
        "message": "Slower.",
        "retry": True,
        "retry_after": 0.5,
        "field": "text",
        "reference": None,
    }


def test_a_fault_is_logged_under_the_reference_that_the_client_is_told() -> None:
    bench = Bench()
    failure = KeyError("what alice wrote")
    error = bench.engine.error(failure, 7, "say")
    assert (error.code, error.retry, error.reference) == ("internal", True, "00000000")
    assert "alice" not in error.message
    assert bench.faults.seen == [("say", "00000000", failure)]


def test_an_event_is_rendered_with_its_cursor() -> None:
    event = Bench().engine.event(ROW)
    assert isinstance(event, Remark)
    assert (event.cursor, event.text, event.from_) == ("abcdefgh.10", "hello", "u1")


def test_an_envelope_carries_the_bytes_that_everyone_gets() -> None:
    engine = Bench().engine
    envelope = engine.envelope(ROW, 0)
    assert msgspec.json.decode(envelope.payload) == msgspec.to_builtins(engine.event(ROW))
    assert (envelope.position, envelope.room, envelope.seq, envelope.number) == (36, "r1", 9, 4)
    assert (envelope.numbered, envelope.author) == (True, "u1")
    assert (envelope.subject, envelope.movement) == (None, None)


def test_an_envelope_tells_whom_the_event_moves() -> None:
    engine = Bench().engine
    row = replace(ROW, kind="entrance", subject="u2", subject_name="bob", body=b"in")
    moved = engine.envelope(row, 3)
    assert (moved.subject, moved.movement, moved.members, moved.numbered) == ("u2", "in", 3, False)
    still = engine.envelope(replace(row, body=b"role"), 0)
    assert (still.subject, still.movement, still.members) == ("u2", None, 0)


def test_a_cursor_of_another_log_stands_for_nothing_here() -> None:
    engine = Bench().engine
    assert engine.position(engine.cursor(77)) == 77
    assert engine.position("zzzzzzzz.25") is None
    with pytest.raises(Refusal) as caught:
        engine.position("whatever")
    assert caught.value.code is Code.BAD_FIELD


def test_two_commands_of_one_name_are_a_mistake_of_ours() -> None:
    class Again(Command, frozen=True, kw_only=True, tag="say"):
        pass

    again = Feature("again", rows=(Passing(Again, cast(Any, None)),))
    bench = Bench()
    with pytest.raises(TypeError):
        Engine([TINY, again], bench.engine.store, bench.clock, bytes, LIMITS, bench.faults)
