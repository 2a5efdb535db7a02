"""The end of connections at a stop: those that do not close are cut, and waited for as well."""

import pytest

from chatd.drain import CUT_SECONDS, DRAIN_SECONDS, drain
from tests.fakes.clock import FakeClock
from tests.fakes.drive import run


class Sockets:
    """``closes``: seconds after which each goes by itself once it is told to, ``cut``: once it is
    cut off; None for never."""

    def __init__(self, closes: float | None, cut: float | None) -> None:
        self.clock = FakeClock()
        self.told: list[str] = []
        self._closes, self._cut = closes, cut
        self._here = [self]

    def __len__(self) -> int:
        return len(self._here)

    def all(self) -> list["Sockets"]:
        return list(self._here)

    def drain(self, retry_after: float) -> None:
        self.told.append("bye")
        self._go(self._closes)

    def abort(self) -> None:
        self.told.append("cut")
        self._go(self._cut)

    def _go(self, seconds: float | None) -> None:
        if seconds is not None:
            self.clock.later(seconds, self._here.clear)

    async def later(self, seconds: float) -> None:
        self.clock.advance(seconds)


@pytest.mark.parametrize(
    ("closes", "cut", "told", "within"),
    [
        (0.5, None, ["bye"], 0.6),
        (None, 0.2, ["bye", "cut"], DRAIN_SECONDS + 0.3),
        (None, None, ["bye", "cut"], DRAIN_SECONDS + CUT_SECONDS + 0.1),
    ],
)
def test_it_returns_once_all_are_gone_or_nothing_helps(
    closes: float | None, cut: float | None, told: list[str], within: float
) -> None:
    sockets = Sockets(closes, cut)
    run(drain(sockets, sockets.clock, sockets.later))  # type: ignore[arg-type]
    assert sockets.told == told
    assert sockets.clock.now() <= within
    assert len(sockets) == (closes is None and cut is None)
