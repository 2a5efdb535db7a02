"""Threads by their names, and such that take what the reactor leaves of a processor."""

import contextlib
import os
import threading
from pathlib import Path

#: What the kernel keeps of a thread's name, in bytes.
NAME_BYTES = 15


def named() -> None:
    """Said by a thread of itself, once: `top -H` and the like show its name."""
    thread = threading.current_thread()
    with contextlib.suppress(OSError):
        path = Path(f"/proc/self/task/{threading.get_native_id()}/comm")
        path.write_bytes(thread.name.encode()[:NAME_BYTES])


def in_background() -> None:
    """The same, and woken it waits for its turn from now on (SCHED_BATCH, sched(7)).

    Otherwise the kernel runs a thread as soon as it is woken, in place of the reactor, which holds
    the lock of the interpreter; the thread finds it locked and goes back to sleep. Two such
    exchanges for each read were 15 % of the processor time of a connect. Where a core is free it
    makes no difference.
    """
    named()
    # Elsewhere than on Linux there is no such thing, and a sandbox may forbid it.
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
