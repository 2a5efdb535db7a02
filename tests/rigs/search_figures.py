"""How long searching takes, and what others feel of it, in a store made by `tests.rigs.many`.

    python -m tests.rigs.search_figures --messages 1000000
    python -m tests.rigs.search_figures --messages 200000 --folder KEPT

Everything goes through the store as the daemon uses it, threads and all; the reactor is stood in
for by a queue. The figures in docs/decisions/search.md come from the first line.
"""

import argparse
import itertools
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any

from twisted.internet.defer import Deferred

from chatd.core.search_query import parse
from chatd.engine.search import Found, Wanted
from chatd.engine.unit import Append, Unit
from chatd.store.indexer import FILE as INDEX
from chatd.store.names import FILE
from chatd.store.opening import open_store
from chatd.store.space import Floor
from chatd.store.store import SqliteStore
from tests.rigs.many import APART, BEGAN, PLACE, RARE, Texts, make, room_id, user_id
from tests.store.opened import RealClock
from tests.store.reactor import Pump

ROUNDS = 200
#: Commits and reads that are timed, and the pause after each.
OTHERS = 400
PAUSE = 0.005


def p(values: Sequence[float], share: float) -> float:
    """A percentile, in milliseconds."""
    return 1000 * sorted(values)[min(len(values) - 1, int(share * len(values)))]


class Bench:
    def __init__(self, folder: Path) -> None:
        self.pump = Pump()
        self.store: SqliteStore = open_store(
            folder,
            call_in_reactor=self.pump.call,
            clock=RealClock(),
            random=lambda size: bytes(size),
            floor=Floor(size=0, share=0),
        )
        self.store.start()

    def stop(self) -> None:
        self.pump.wait(self.store.stop())

    def index(self) -> float:
        """Until all of the log is in the index; how many seconds it took."""
        began = time.monotonic()
        while self.store.search_index != "all of the log":
            time.sleep(0.02)
        return time.monotonic() - began

    def search(self, wanted: Wanted) -> Found:
        return self.pump.wait(self.store.search(user_id(0), wanted))

    def timed(self, make: Callable[[int], Wanted], rounds: int = ROUNDS) -> tuple[list[float], int]:
        """Seconds of each search, and the hits of all of them."""
        took, hits = [], 0
        for n in range(rounds):
            wanted = make(n)
            began = time.perf_counter()
            hits += len(self.search(wanted).hits)
            took.append(time.perf_counter() - began)
        return took, hits

    def others(self, meanwhile: Callable[[], Deferred[Any]] | None) -> dict[str, list[float]]:
        """Commits and reads, one after the other with pauses, while one search follows another."""
        took: dict[str, list[float]] = {"commit": [], "page": []}
        running = [True]

        def again(_: object = None) -> None:
            if running[0] and meanwhile is not None:
                searching.append(meanwhile().addBoth(again))

        searching: list[Deferred[Any]] = []
        again()
        for n in range(OTHERS):
            body = f'{{"text":"something new {n}"}}'.encode()
            message = Append(room_id(0), "message", user_id(0), BEGAN, body, numbered=True)
            for what, ask in (
                ("commit", lambda: self.store.commit(Unit(user_id(0), changes=(message,)))),  # noqa: B023
                ("page", lambda: self.store.page(user_id(1), room_id(0), limit=50)),
            ):
                began = time.perf_counter()
                self.pump.wait(ask())
                took[what].append(time.perf_counter() - began)
            until = time.monotonic() + PAUSE
            while time.monotonic() < until:
                self.pump.settle()
                time.sleep(0.0005)
        running[0] = False
        self.pump.wait(searching[-1]) if searching else None
        return took


def kinds(texts: Texts, messages: int) -> dict[str, Callable[[int], Wanted]]:
    """What is looked for, by a name for it; each round looks for something else of the kind."""
    random = Random(5)

    def typed(text: str, **more: Any) -> Wanted:
        query = parse(text)
        return Wanted(phrases=query.phrases, excluded=query.excluded, **more)

    def common() -> str:
        return random.choice([word for word in texts.words[:40] if len(word) > 2])

    def usual() -> str:
        return random.choice(texts.words[200:3000])

    room, person = room_id(0), user_id(1)
    return {
        "a rare word (20 in all)": lambda n: typed(RARE),
        "a usual word": lambda n: typed(f'"{usual()}"'),
        "a common word": lambda n: typed(f'"{common()}"'),
        "a word just begun": lambda n: typed(usual()[:3]),
        "two letters": lambda n: typed(usual()[:2]),
        "two usual words": lambda n: typed(f'"{usual()}" "{usual()}"'),
        "a common and a rare word": lambda n: typed(f"{RARE} {common()}"),
        "a phrase of two common words": lambda n: typed(f'"{common()} {common()}"'),
        "one Chinese character": lambda n: typed(texts.signs[n]),
        "four Chinese characters": lambda n: typed(PLACE),
        "a usual word, one room": lambda n: typed(f'"{usual()}"', room=room),
        "a usual word, one person": lambda n: typed(f'"{usual()}"', author=person),
        "a common word, one week": lambda n: typed(
            f'"{common()}"',
            after=BEGAN + n * messages // ROUNDS * APART,
            before=BEGAN + (n * messages // ROUNDS + 10_080) * APART,
        ),
        "a common word, context 3": lambda n: typed(f'"{common()}"', context=3),
        "the 50th page of a common word": lambda n: typed(
            f'"{common()}"', below=max(1000, messages - 10_000 - 100 * n)
        ),
        "everything without a word": lambda n: typed(f"-{common()}", room=room),
    }


def figures(folder: Path, messages: int, people: int, rooms: int) -> None:
    texts = Texts()
    if not (folder / FILE).exists():
        make(folder, people=people, rooms=rooms, messages=messages)
    bench = Bench(folder)
    try:
        took = bench.index()
        size, whole = ((folder / name).stat().st_size / 2**20 for name in (INDEX, FILE))
        print(f"{messages:,} messages: indexed in {took:.1f} s; {size:.0f} MiB beside {whole:.0f}")
        time.sleep(1.0)
        print("\n| searching for, ms | p50 | p99 | hits |\n|---|---:|---:|---:|")
        for name, wanted in kinds(texts, messages).items():
            bench.timed(wanted, 5)
            seconds, hits = bench.timed(wanted)
            found = hits / ROUNDS
            print(f"| {name} | {p(seconds, 0.5):.1f} | {p(seconds, 0.99):.1f} | {found:.1f} |")
        print("\n| others, ms | p50 | p99 |\n|---|---:|---:|")
        wanted = kinds(texts, messages)["two usual words"]
        counted = itertools.count()
        for name, meanwhile in (
            ("nobody searches", None),
            ("somebody always does", lambda: bench.store.search(user_id(0), wanted(next(counted)))),
        ):
            bench.others(meanwhile)
            print_others(name, bench.others(meanwhile))
        bench.store._indexer.make_anew(bench.store._indexer.generation, "to be measured")
        time.sleep(1.0)
        print_others("the index is made anew", bench.others(None))
        assert bench.store.search_index != "all of the log", "that was over before it was measured"
    finally:
        bench.stop()


def print_others(when: str, took: dict[str, list[float]]) -> None:
    for what, seconds in took.items():
        print(f"| {what}, {when} | {p(seconds, 0.5):.2f} | {p(seconds, 0.99):.2f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measures searching.")
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=100)
    parser.add_argument("--rooms", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="a store that is kept, and made if missing")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        figures(
            options.folder or Path(scratch) / "data",
            options.messages,
            options.people,
            options.rooms,
        )


if __name__ == "__main__":
    main()
