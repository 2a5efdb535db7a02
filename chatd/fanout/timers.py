"""Timers that end with the node."""

from collections.abc import Callable

from chatd.engine.ports import Cancel, Scheduler


class Timers:
    """A `Scheduler` that begins nothing more after `stop`: a read of the store may come to its end
    later than that, and a connection as well."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self._stopped = False

    def later(self, seconds: float, call: Callable[[], None]) -> Cancel:
        return _nothing if self._stopped else self._scheduler.later(seconds, call)

    def stop(self) -> None:
        """Those that were begun are for whoever asked for them."""
        self._stopped = True


def _nothing() -> None: ...
