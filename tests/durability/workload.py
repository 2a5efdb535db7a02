"""The real daemon and people who talk through it, in one process, for the rig that cuts the power.

    python -m tests.durability.workload run --folder F --round 3 --seed 7 --synchronous FULL
    python -m tests.durability.workload check --folder F

`run` serves wss on loopback from the store in F, as twistd would, and lets the crowd connect to it
by the real client; every acknowledgement is printed as it arrives. Now and then a connection is
cut, so that readers resume. `check` opens the store as a daemon that starts does, and prints its
log: where the disk has kept no file at all, that is an empty one.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from twisted.internet import task
from twisted.internet.defer import Deferred

from tests.daemon import GENEROUS, with_settings
from tests.durability import transcript
from tests.durability.crowd import NAMES, text_for, what_is_stored

__all__ = ["main", "text_for"]

PORT = 8443
LONGEST_LINK = 2.0  # seconds until somebody's connection is cut


class Console:
    """A `Record` that is printed, straight to the descriptor: what is said is out before anything
    else happens."""

    def sent(self, author: str, key: str, room: str, text: str) -> None:
        """Follows from the key."""

    def acked(self, author: str, key: str, room: str, seq: int) -> None:
        say(transcript.acked(room, seq, author, key))

    def opened(self, reader: str, session: str, room: str, after: int) -> None:
        say(transcript.opened(reader, session, room, after))

    def seen(self, reader: str, session: str, event: dict[str, Any]) -> None:
        text = event.get("text") if event["type"] == "message" else None
        say(
            transcript.seen(reader, session, event["room"], event["seq"], event.get("number"), text)
        )


def say(text: str) -> None:
    rest = text.encode()
    while rest:
        rest = rest[os.write(1, rest) :]


def furnish(disk: Path) -> Path:
    """Settings and certificates in a folder of this boot's own; only the store is kept."""
    from chatd.admin.quickstart import quickstart

    folder = Path(tempfile.mkdtemp())
    config = quickstart(folder, PORT, now=datetime.now(UTC), names=("localhost",)).config
    text = config.read_text(encoding="utf-8")
    text = with_settings(
        text, "store", {"path": str(disk / "state"), "free_bytes": 0, "free_percent": 0.0}
    )
    for section, values in GENEROUS.items():
        text = with_settings(text, section, values)
    config.write_text(text, encoding="utf-8")
    return config


async def run(reactor: Any, folder: Path, cycle: int, seed: int, synchronous: Any) -> None:
    """Serve and talk until the power goes."""
    from chatd.client.connection import trust_root
    from chatd.config.reading import load
    from chatd.service import ChatService
    from chatd.supervision import Supervision
    from tests.durability.crowd import Person

    chance = random.Random(seed)
    config = furnish(folder)
    service = ChatService(reactor, load(config), config, Supervision())
    service.synchronous = synchronous
    service.privilegedStartService()
    service.startService()
    tokens = [await token(service, name) for name in NAMES]
    trust = trust_root(config.parent / "tls" / "ca.pem")
    people = [
        Person(
            reactor,
            f"wss://localhost:{PORT}/ws",
            token,
            trust,
            Console(),
            random.Random(chance.random()),
            prefix=str(cycle),
            reader=f"{name}@{cycle}",
        )
        for name, token in zip(NAMES, tokens, strict=True)
    ]
    for person in people:
        await person.arrive()
    rooms = await people[0].make_rooms()
    for person in people:
        await person.enter(rooms, join=person is not people[0])
    for person in people:
        person.talk()
    while True:
        await task.deferLater(reactor, chance.uniform(0, LONGEST_LINK))
        chance.choice(people).client.cut()


async def token(service: Any, name: str) -> str:
    """A new token for somebody, whose account the first round makes."""
    from chatd.admin.office import perform

    office = service.parts.office(lambda *args, **more: None, dict)
    if name not in {row["name"] for row in await perform(office, "user_list", {})}:
        await perform(office, "user_add", {"name": name})
    made = await perform(office, "token_create", {"name": name})
    return str(made["token"])


async def recover(reactor: Any, folder: Path) -> None:
    """What a start does to the store, before anybody is let in."""
    from chatd.config.reading import load
    from chatd.parts import Parts

    parts = Parts.of(reactor, load(furnish(folder)))
    parts.start()
    await parts.store.position()
    await parts.stop()


def report(folder: Path) -> int:
    """Print every event that the store holds; 1 if the file, or a text, is damaged."""
    events, faults = what_is_stored(folder / "state")
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        return 1
    for event in events:
        say(
            transcript.stored(
                event.room, event.seq, event.number, event.author, event.key, event.text
            )
        )
    say(transcript.checked(len(events)))
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("run", "check"))
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--round", type=int, default=0, dest="cycle")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--synchronous", choices=("FULL", "NORMAL", "OFF"), default="FULL")
    options = parser.parse_args()

    def doing(reactor: Any) -> Deferred[None]:
        if options.what == "check":
            return Deferred.fromCoroutine(recover(reactor, options.folder))
        return Deferred.fromCoroutine(
            run(reactor, options.folder, options.cycle, options.seed, options.synchronous)
        )

    try:
        task.react(doing)
    except SystemExit as end:
        if end.code or options.what == "run":
            return 1
    return report(options.folder)


if __name__ == "__main__":
    sys.exit(main())
