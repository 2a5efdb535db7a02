"""Naming threads, and leaving the processor to the reactor first."""

import contextlib
import os
import threading
from pathlib import Path

#: How many bytes of a thread's name the kernel keeps.
NAME_BYTES = 15


def named() -> None:
    """Called once by the thread itself: `top -H` and the like then show its name."""
    thread = threading.current_thread()
    with contextlib.suppress(OSError):
        path = Path(f"/proc/self/task/{threading.get_native_id()}/comm")
        path.write_bytes(thread.name.encode()[:NAME_BYTES])


def in_background() -> None:
    """The same; and from now on, when woken, it waits for its turn (SCHED_BATCH, sched(7)).

    Otherwise the kernel runs a thread as soon as it is woken, in place of the reactor, which holds
    the interpreter's lock; the thread finds it locked and goes back to sleep. Two such exchanges
    per read were 15 % of the processor time of a connect. If a core is free it makes no difference.
    """
    named()
    # Only Linux has this, and a sandbox may forbid it.
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
