"""Files of messages: how many, whose, once; scheduled ones; and what an update must not change."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import pytest

from chatd.core.files import EACH
from chatd.engine.engine import DIGEST_BYTES, digest
from chatd.features.messages import Send
from chatd.features.scheduled import ScheduleMessage
from chatd.store import file_reads
from chatd.store.sends import apply_all
from tests.fakes.drive import run
from tests.features.test_scheduled import Bench
from tests.features.test_views import ask
from tests.scenarios.memory import MemoryWorld


@pytest.fixture
def bench() -> Iterator[Bench]:
    world = MemoryWorld()
    yield Bench(world)
    world.stop()
    assert world.faults == []


def bring(bench: Bench, count: int) -> list[str]:
    return [run(bench.world.bring("alice", f"{number}.png")) for number in range(count)]


def send(bench: Bench, files: list[str], key: str = "s", text: str = "") -> dict[str, Any]:
    reply: dict[str, Any] = ask(
        bench.link, type="send", key=key, room=bench.room, text=text, files=files
    )
    return reply


def test_a_message_has_at_most_ten_files_each_once(bench: Bench) -> None:
    files = bring(bench, EACH + 1)
    assert send(bench, files)["code"] == "bad-field"
    assert send(bench, [files[0], files[0]])["code"] == "bad-field"
    assert send(bench, files[:EACH])["type"] == "done"
    (said,) = bench.said()
    assert said["files"] == [
        {
            "file": file,
            "name": f"{number}.png",
            "type": "image/png",
            "size": 100,
            "width": 10,
            "height": 10,
        }
        for number, file in enumerate(files[:EACH])
    ]


def test_without_files_there_has_to_be_a_text(bench: Bench) -> None:
    assert send(bench, [])["code"] == "bad-field"
    assert send(bench, [], text="hi")["type"] == "done"
    assert "files" not in bench.said()[0]
    [file] = bring(bench, 1)
    # A text of nothing that is seen is no text; one of forbidden characters stays forbidden.
    assert send(bench, [file], "t", "a\0b")["code"] == "bad-field"
    assert send(bench, [file], "t", " \n ")["type"] == "done"
    assert "text" not in bench.said()[1]


def test_of_two_messages_at_the_same_moment_one_has_the_file(bench: Bench) -> None:
    other = ask(bench.link, type="create_room", key="r2", name="Other")["room"]
    [file] = bring(bench, 1)
    decide = bench.world.nodes[0].engine.decide
    principal = bench.link.session.principal
    units = [
        decide(Send(id=0, key=key, room=room, text="", files=[file]), principal)
        for key, room in (("a", bench.room), ("b", other))
    ]
    desk = bench.world.desk
    desk.database.run("begin immediate", {})
    first, second = apply_all(desk.work, units, lambda unit: None)
    desk.database.run("commit", {})
    assert getattr(first, "answer", None) is not None
    assert getattr(second, "code", None) == "wrong-state"


def test_what_a_scheduled_message_will_carry_is_for_no_other_and_stays(bench: Bench) -> None:
    files = bring(bench, 2)
    bench.schedule("", files=files)
    assert send(bench, files[:1])["code"] == "wrong-state"
    (listed,) = ask(bench.link, type="scheduled")["scheduled"]
    assert listed["files"] == files
    database = bench.world.desk.database
    assert file_reads.unused_files(database, 2**50, 10) == ()
    bench.world.clock.advance(61)
    run(bench.world.settle())
    (said,) = bench.said()
    assert [file["file"] for file in said["files"]] == files  # type: ignore[attr-defined]


def test_what_is_taken_back_gives_its_files_back(bench: Bench) -> None:
    files = bring(bench, 1)
    bench.schedule("later", files=files)
    assert ask(bench.link, type="unschedule", key="u", scheduled="k")["type"] == "done"
    assert send(bench, files)["type"] == "done"


def test_files_that_are_not_ones_own_are_not_scheduled(bench: Bench) -> None:
    at = bench.world.clock.wall() + 60_000
    frame = {"type": "schedule", "key": "k", "room": bench.room, "text": "later", "at": at}
    assert ask(bench.link, **frame, files=["f1"])["code"] == "not-found"
    assert ask(bench.link, type="scheduled")["scheduled"] == []


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (
            Send(id=7, key="k", room="r", text="hi"),
            b'{"type":"send","id":0,"key":"k","room":"r","text":"hi","data":null,"reply_to":null}',
        ),
        (
            ScheduleMessage(id=7, key="k", room="r", text="hi", at=1),
            b'{"type":"schedule","id":0,"key":"k","room":"r","text":"hi","data":null,'
            b'"reply_to":null,"at":1}',
        ),
    ],
)
def test_a_message_that_is_repeated_after_an_update_is_the_same_one(
    command: Send | ScheduleMessage, told: bytes
) -> None:
    """By the digest that a chatd without files has written into the ledger."""
    assert digest(command) == blake2b(told, digest_size=DIGEST_BYTES).digest()


def test_search_finds_messages_with_files(bench: Bench) -> None:
    [file] = bring(bench, 1)
    send(bench, [file], text="look at this")
    send(bench, [], "t", "look at nothing")
    found = ask(bench.link, type="search", text="look has:file")["hits"]
    assert [hit["message"]["text"] for hit in found] == ["look at this"]
    assert found[0]["message"]["files"][0]["file"] == file


def test_who_replays_it_hears_of_the_files_until_they_are_erased(bench: Bench) -> None:
    cursor = ask(bench.link, type="open", room=bench.room)["cursor"]
    [file] = bring(bench, 1)
    seq = send(bench, [file])["seq"]
    resume = {"type": "resume", "cursor": cursor, "rooms": [bench.room]}
    (event,) = ask(bench.link, **resume)["events"]
    assert [each["file"] for each in event["files"]] == [file]
    ask(bench.link, type="delete", key="d", room=bench.room, seq=seq)
    again = ask(bench.link, **resume)["events"]
    assert [event["type"] for event in again] == ["message", "deleted"]
    assert all("files" not in event for event in again)
    assert "files" not in bench.said()[0]
