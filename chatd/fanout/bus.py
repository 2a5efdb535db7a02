"""The bus: how nodes tell one another what they committed. It only carries; the store knows."""

from typing import Final, Protocol

#: Larger packets are not sent, and are dropped if they arrive.
PACKET_BYTES: Final = 512 * 1024


class Bus(Protocol):
    """A packet may get lost, arrive twice, late, out of order, or back at its sender. It is never
    changed. While the broker is down, packets are lost; publishing never raises or waits."""

    @property
    def alone(self) -> bool:
        """There is never anybody to tell."""

    def publish(self, packet: bytes) -> None: ...


class NoBus:
    """A single node: the only bus there is outside of tests."""

    alone = True

    def publish(self, packet: bytes) -> None:
        """Nobody listens."""
