"""A broker in memory that keeps no promise but to change nothing: for several nodes in one test."""

from collections.abc import Callable
from random import Random


class FakeBroker:
    """Packets wait until `step`. ``lose`` and ``repeat`` are probabilities for each packet and
    receiver, ``reorder`` that a step takes any waiting packet and not the oldest."""

    def __init__(
        self, random: Random, lose: float = 0.0, repeat: float = 0.0, reorder: float = 0.0
    ) -> None:
        self.down = False
        self._random = random
        self._lose = lose
        self._repeat = repeat
        self._reorder = reorder
        self._receivers: list[Callable[[bytes], None]] = []
        self._waiting: list[tuple[Callable[[bytes], None], bytes]] = []

    def bus(self) -> "FakeBus":
        """One node's end of it."""
        return FakeBus(self)

    def join(self, received: Callable[[bytes], None]) -> None:
        self._receivers.append(received)

    def forget(self) -> None:
        """Those who joined are gone, and what was on its way to them."""
        self._receivers.clear()
        self._waiting.clear()

    def publish(self, packet: bytes) -> None:
        if self.down:
            return
        for receiver in self._receivers:
            if self._random.random() >= self._lose:
                self._waiting.append((receiver, packet))
            if self._random.random() < self._repeat:
                self._waiting.append((receiver, packet))

    def step(self) -> bool:
        """Hands one packet over; False if none waits."""
        if not self._waiting:
            return False
        mixed = self._random.random() < self._reorder
        index = self._random.randrange(len(self._waiting)) if mixed else 0
        receiver, packet = self._waiting.pop(index)
        receiver(packet)
        return True

    def run(self) -> None:
        while self.step():
            pass


class FakeBus:
    """A `Bus`. What one publishes comes back as well."""

    alone = False

    def __init__(self, broker: FakeBroker) -> None:
        self._broker = broker

    def publish(self, packet: bytes) -> None:
        self._broker.publish(packet)
