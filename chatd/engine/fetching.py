"""Asking another server over HTTPS: what comes back, and the port for asking."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol


class Unfetched(Exception):
    """Nothing of use came back; the text tells the operator why."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole answer, whatever its ``status``."""

    status: int
    body: bytes


class Fetch(Protocol):
    """Every answer is bounded in bytes and in time; no redirect is followed; https alone."""

    async def get(self, url: str, headers: Mapping[str, str]) -> Fetched:
        """`Unfetched` if no whole answer came in time, or the address is not allowed."""

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Fetched:
        """As `get`."""
