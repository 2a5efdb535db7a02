"""What the kernel knows of the store's threads."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

from chatd.store.background import in_background, named


def seen_in(prepare: Callable[[], None]) -> tuple[str, int]:
    """The name and the scheduling of a thread that said ``prepare``."""
    found: list[tuple[str, int]] = []

    def run() -> None:
        prepare()
        comm = Path(f"/proc/self/task/{threading.get_native_id()}/comm").read_text().strip()
        found.append((comm, os.sched_getscheduler(0)))

    thread = threading.Thread(target=run, name="chatd-reader-22")
    thread.start()
    thread.join()
    return found[0]


def test_a_thread_has_its_name_and_one_in_the_background_waits_for_its_turn() -> None:
    assert seen_in(named) == ("chatd-reader-22", os.SCHED_OTHER)
    assert seen_in(in_background) == ("chatd-reader-22", os.SCHED_BATCH)
    assert os.sched_getscheduler(0) == os.SCHED_OTHER
