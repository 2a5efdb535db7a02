"""The smallest workload: rows in batches into one SQLite file, acknowledged after the commit.

It knows nothing of chatd. It shows that the power-cut rig tells a store that keeps its word
(`--synchronous FULL`) from one that does not (`OFF`), before chatd is put in its place.

    python -m tests.durability.plain_sqlite run --folder F --round 1 --seed 7 --synchronous FULL
    python -m tests.durability.plain_sqlite check --folder F
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from pathlib import Path

import apsw

from tests.durability import transcript

ROOMS = ("tea", "coffee", "cocoa")
AUTHORS = ("alice", "bob", "carol", "dave")
LARGEST_BATCH = 50
LONGEST_PAUSE = 0.02  # seconds between batches: cuts shall meet idle moments too
SCHEMA = """
create table if not exists event (
    room text not null, seq integer not null, author text not null, key text not null,
    body text not null, primary key (room, seq), unique (author, key)
) without rowid
"""


def text_for(author: str, key: str) -> str | None:
    """The text that goes with a key of this workload (`ROUND-COUNT`); None for any other key."""
    if author not in AUTHORS or not key.replace("-", "").isdecimal():
        return None
    return f"{author} says {key} " + "so " * (int(key.partition("-")[2]) % 40)


def connect(folder: Path, synchronous: str) -> apsw.Connection:
    connection = apsw.Connection(str(folder / "plain.sqlite"))
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", synchronous)
    connection.execute(SCHEMA)
    return connection


def run(folder: Path, cycle: int, seed: int, synchronous: str) -> None:
    """Commit batches and report each row's acknowledgement, until the power goes."""
    chance = random.Random(seed)
    connection = connect(folder, synchronous)
    heads = {
        room: connection.execute(
            "select ifnull(max(seq), 0) from event where room = ?", (room,)
        ).get
        for room in ROOMS
    }
    count = 0
    while True:
        lines = []
        with connection:
            for _ in range(chance.randint(1, LARGEST_BATCH)):
                count += 1
                room, author, key = chance.choice(ROOMS), chance.choice(AUTHORS), f"{cycle}-{count}"
                heads[room] += 1
                row = (room, heads[room], author, key, text_for(author, key))
                connection.execute("insert into event values (?, ?, ?, ?, ?)", row)
                lines.append(transcript.acked(room, heads[room], author, key))
        say("".join(lines))
        time.sleep(chance.uniform(0, LONGEST_PAUSE))


def check(folder: Path) -> int:
    """Report every row that the store holds; 1 if the file is damaged."""
    connection = connect(folder, "FULL")
    verdict = connection.pragma("integrity_check")
    if verdict != "ok":
        print(f"integrity_check says: {verdict}", file=sys.stderr)
        return 1
    numbers = dict.fromkeys(ROOMS, 0)
    for room, seq, author, key, body in connection.execute(
        "select room, seq, author, key, body from event order by room, seq"
    ):
        numbers[room] += 1
        say(transcript.stored(room, seq, numbers[room], author, key, body))
    say(transcript.checked(sum(numbers.values())))
    return 0


def say(text: str) -> None:
    """Straight to the descriptor: what is said is out before the next batch begins."""
    rest = text.encode()
    while rest:
        rest = rest[os.write(1, rest) :]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("run", "check"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--round", type=int, default=0, dest="cycle")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--synchronous", choices=("FULL", "NORMAL", "OFF"), default="FULL")
    options = parser.parse_args()
    if options.what == "check":
        return check(options.folder)
    run(options.folder, options.cycle, options.seed, options.synchronous)
    return 0


if __name__ == "__main__":
    sys.exit(main())
