"""A long memory: starting with a million messages and ten thousand rooms, history, search."""

import random
import time
from collections.abc import Iterator

from bench import names
from bench.asker import Answer, Asker, asker
from bench.measure import Figures, Missing
from bench.rows.row import Figure, Goal, Row
from bench.stage import Stage
from bench.town import Town, library
from chatd.admin.control import ask
from tests.rigs.many import PLACE, RARE, Texts, room_id

ROOM = room_id(0)
#: How long the first start may take to index everything, in seconds.
INDEXING = 300


def run(stage: Stage, name: str) -> Figures:
    scale = stage.scale
    shape = library(scale.messages, scale.rooms)
    if ("memory", name) not in stage.memory:
        with stage.server(name, shape):
            stage.memory["memory", name] = _indexed(stage, shape)
    with stage.server(name, shape) as server:
        figures = {"ready_s": server.started, "index_s": stage.memory["memory", name]}
        with asker(server.port, stage.people(shape)[0].token) as someone:
            for key, questions in (
                ("history", _history(scale.questions, scale.messages)),
                ("search", _searches(scale.questions)),
            ):
                figures |= _times(key, someone, questions)
    stage.say(
        f"ready in {figures['ready_s']:.2f} s; p99: history {figures['history_p99_ms']:.1f} ms,"
        f" search {figures['search_p99_ms']:.1f} ms"
    )
    return figures


def _indexed(stage: Stage, shape: Town) -> float:
    """Waits until search knows everything; seconds."""
    stage.say("waiting until search knows every message: a minute or two")
    began = time.monotonic()
    control = stage.folder_of(shape) / "state" / "control.sock"
    while ask(control, "status", {})["done"].get("search") != "all of the log":
        if time.monotonic() - began > INDEXING:
            raise Missing(f"search was not ready after {INDEXING} s")
        time.sleep(0.1)
    return time.monotonic() - began


def _history(count: int, messages: int) -> Iterator[Answer]:
    """Half of them the latest fifty, half fifty from anywhere."""
    chance = random.Random(1)
    for number in range(count):
        where = {"before": chance.randrange(200, messages)} if number % 2 else {}
        yield {"type": "history", "room": ROOM, **where}


def _searches(count: int) -> Iterator[Answer]:
    """In turn a rare word, a common one, two words, Chinese."""
    words = Texts().words
    for n in range(count):
        texts = (RARE, words[n % 20], f"{words[n % 20]} {words[50 + n % 300]}", PLACE[: 1 + n % 4])
        yield {"type": "search", "text": texts[n % 4]}


def _times(key: str, someone: Asker, questions: Iterator[Answer]) -> Figures:
    took = sorted(someone.took_ms(question) for question in questions)
    return {
        f"{key}_p50_ms": took[len(took) // 2],
        f"{key}_p99_ms": took[min(len(took) - 1, int(0.99 * len(took)))],
    }


MEMORY = Row(
    "memory",
    "{messages:,} messages in one room, {rooms:,} rooms",
    (
        Figure("ready_s", "ready after, s", ".2f"),
        Figure("history_p50_ms", "history of 50: p50, ms", ".1f"),
        Figure("history_p99_ms", "p99, ms", ".1f"),
        Figure("search_p50_ms", "search: p50, ms", ".1f"),
        Figure("search_p99_ms", "p99, ms", ".1f"),
        Figure("index_s", "indexed after the first start in, s", ".0f"),
    ),
    (names.CHATD,),
    25,
    run,
    (
        Goal("ready_s", bound=1),
        Goal("history_p99_ms", bound=10),
        Goal("search_p99_ms", bound=50),
    ),
)
