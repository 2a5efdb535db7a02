"""What a thread opens for somebody who may have gone by then."""

import threading
from collections.abc import Awaitable, Callable
from typing import Any

Run = Callable[[Callable[[], Any]], Awaitable[Any]]


async def handed(run: Run, open: Callable[[], int], drop: Callable[[int], None]) -> int:
    """What ``open`` gives, which ``run`` calls in a thread. Whoever waits can be cancelled, a
    thread cannot: what it opens all the same is given to ``drop``, there or here."""
    handing = _Handing(open, drop)
    try:
        opened: int = await run(handing.opened)
    except BaseException:
        handing.left()
        raise
    return opened


class _Handing:
    def __init__(self, open: Callable[[], int], drop: Callable[[int], None]) -> None:
        self._open = open
        self._drop = drop
        self._lock = threading.Lock()
        self._opened: int | None = None
        self._nobody_waits = False

    def opened(self) -> int:
        """In the thread."""
        opened = self._open()
        with self._lock:
            self._opened = opened
            late = self._nobody_waits
        if late:
            self._drop(opened)
        return opened

    def left(self) -> None:
        with self._lock:
            self._nobody_waits = True
            opened = self._opened
        if opened is not None:
            self._drop(opened)
