"""Which events are logged: the least level, for a namespace and everything below it."""

from collections.abc import Mapping

from chatd.config.settings_log import LEVELS

_RANK = {word: rank for rank, word in enumerate(LEVELS)}


class Levels:
    """``by_namespace`` beats ``least``; the longest name that fits beats shorter ones."""

    def __init__(self, least: str, by_namespace: Mapping[str, str]) -> None:
        self._least = _RANK[least]
        self._ranks = {name: _RANK[level] for name, level in by_namespace.items()}

    def admits(self, namespace: str, level: str) -> bool:
        return _RANK[level] >= self._rank(namespace)

    def _rank(self, namespace: str) -> int:
        while self._ranks and namespace:
            if (rank := self._ranks.get(namespace)) is not None:
                return rank
            namespace = namespace.rpartition(".")[0]
        return self._least
