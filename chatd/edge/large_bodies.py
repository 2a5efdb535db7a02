"""How many large request bodies are under way at a time: they are held in memory, and the sender of
one is known only at its end."""

from collections import Counter
from typing import Final

from chatd.edge.door_budget import AddressKey, address_key

#: Bodies of up to this many bytes are not counted.
SMALL: Final = 65_536
AT_ONCE: Final = 64
#: From one address (for IPv6 one /64 network).
EACH: Final = 8


class LargeBodies:
    def __init__(self) -> None:
        self._by_address: Counter[AddressKey] = Counter()

    def take(self, address: str) -> bool:
        """Whether there is room for one more."""
        key = address_key(address)
        if self._by_address.total() >= AT_ONCE or self._by_address[key] >= EACH:
            return False
        self._by_address[key] += 1
        return True

    def give_back(self, address: str) -> None:
        """It was dealt with, or its sender has gone."""
        key = address_key(address)
        self._by_address[key] -= 1
        if not self._by_address[key]:
            del self._by_address[key]

    def __len__(self) -> int:
        return self._by_address.total()
