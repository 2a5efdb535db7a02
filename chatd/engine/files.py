"""Files in messages: what the store keeps of one, and how it gets into a message and out of it.

The row of a file is in the store; its body lies beside it, under the file's id. The body is there
before the row, and goes after it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from chatd.engine.unit import Append, Growth, Upkeep


@dataclass(frozen=True, slots=True)
class FileRow:
    """``user`` uploaded it at ``at`` (ms). Width and height are None if it is not shown as a
    picture; ``type`` is then only what the uploader said. ``digest`` is the SHA-256 of the body."""

    id: str
    user: str
    name: str
    type: str
    size: int
    width: int | None
    height: int | None
    at: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A body that is on disk: its length, its SHA-256, and how it begins."""

    size: int
    digest: bytes
    head: bytes


class Arriving(Protocol):
    """A body on its way to the disk. One of `keep` and `abandon` ends it; `abandon` does nothing
    after that."""

    async def write(self, data: bytes) -> None:
        """Refusal `storage-full`, or `unavailable` if the disk fails."""

    async def keep(self) -> Kept:
        """It is complete and stays: on disk, under its id. Refusals as above."""

    async def abandon(self) -> None:
        """Nothing of it stays."""


class Reading(Protocol):
    """A body that is read from its beginning; it stays whole until `close`."""

    async def read(self, amount: int) -> bytes:
        """The next bytes; none at the end."""

    def close(self) -> None: ...


class Bodies(Protocol):
    """Where bodies are kept."""

    async def begin(self, file: str, size: int) -> Arriving:
        """A body of ``size`` bytes is coming. Refusal `storage-full`."""

    async def open(self, file: str) -> Reading:
        """Raises FileNotFoundError."""

    async def remove(self, files: Sequence[str]) -> bool:
        """Removes those that exist; False if a backup is being made, so that none is removed."""


@dataclass(frozen=True, slots=True)
class CreateFile(Growth):
    """A new file, whose body is on disk. `limit-reached` where its person then had more than
    ``most`` bytes here; a file counts for `LEAST` of them at least."""

    file: FileRow
    most: int


#: What a file counts for, however small: a block of the disk, and its row.
LEAST = 4096


@dataclass(frozen=True, slots=True)
class SayWithFiles(Growth):
    """The event ``append``, a message, with files of its author's and with a body made of their
    rows. `not-found` where there is no such file of the author's, `wrong-state` where one is in a
    message already, or waits to be."""

    append: Append
    files: tuple[str, ...]
    body: Callable[[Sequence[FileRow]], bytes]


@dataclass(frozen=True, slots=True)
class HoldFiles(Growth):
    """The message that waits under ``key`` will carry these files: refused as `SayWithFiles`."""

    user: str
    key: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ForgetUnused(Upkeep):
    """Those of ``files`` that no message carries or will are no more."""

    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BodiesGone(Upkeep):
    """The bodies of these files are off the disk."""

    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """How many files there are, and their bytes."""

    files: int
    bytes: int


class FileReads(Protocol):
    def readable_file(self, user: str, file: str) -> Awaitable[FileRow | None]:
        """The file, if ``user`` uploaded it or may read a message that carries it."""

    def file_usage(self, user: str) -> Awaitable[int]:
        """How many bytes the files of ``user`` count for."""

    def unused_files(self, before: int, limit: int) -> Awaitable[Sequence[str]]:
        """Files uploaded before ``before`` (ms) that no message carries or will carry, oldest
        first."""

    def bodies_to_remove(self, limit: int) -> Awaitable[Sequence[str]]:
        """Files that no longer exist, but whose bodies may still be on the disk."""

    def known_files(self, files: Sequence[str]) -> Awaitable[frozenset[str]]:
        """Those of ``files`` that exist."""

    def all_files(self) -> Awaitable[Usage]:
        """All files together."""
