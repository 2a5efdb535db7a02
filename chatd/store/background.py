"""Threads that take what the reactor leaves of a processor, instead of taking it away from it."""

import contextlib
import os


def in_background() -> None:
    """Said by a thread of itself, once: woken, it waits for its turn (SCHED_BATCH, sched(7)).

    Otherwise the kernel runs a thread as soon as it is woken, in place of the reactor, which holds
    the lock of the interpreter; the thread finds it locked and goes back to sleep. Two such
    exchanges for each read were 15 % of the processor time of a connect. Where a core is free it
    makes no difference.
    """
    # Elsewhere than on Linux there is no such thing, and a sandbox may forbid it.
    with contextlib.suppress(AttributeError, OSError):
        os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
