"""How many large request bodies are under way at a time: they are held in memory, and whoever sends
one is known only at its end."""

from collections import Counter
from typing import Final

#: Bodies of up to so many bytes are not counted.
SMALL: Final = 65_536
AT_ONCE: Final = 64
#: From one address.
EACH: Final = 8


class LargeBodies:
    def __init__(self) -> None:
        self._by_address: Counter[str] = Counter()

    def take(self, address: str) -> bool:
        """Whether there is room for one more."""
        if self._by_address.total() >= AT_ONCE or self._by_address[address] >= EACH:
            return False
        self._by_address[address] += 1
        return True

    def give_back(self, address: str) -> None:
        """It was dealt with, or its sender has gone."""
        self._by_address[address] -= 1
        if not self._by_address[address]:
            del self._by_address[address]

    def __len__(self) -> int:
        return self._by_address.total()
