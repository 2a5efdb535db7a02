"""Files between this computer and the server, for `chat send --file` and `chat save`, `/file` and
`/save`."""

from __future__ import annotations

import mimetypes
import stat
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO, TextIO

from chatd.client.transfer import Transfer
from chatd.terminal.files import size_of
from chatd.terminal.link import Link
from chatd.terminal.safe import safe
from chatd.terminal.words import USAGE, Trouble

#: How many bytes have gone, of how many.
Progress = Callable[[int, int], None]
#: For a file of an unknown kind.
UNKNOWN = "application/octet-stream"
WIDTH, EVERY = 30, 0.1
#: Most bytes of a file's name (limits.h, NAME_MAX).
NAME_BYTES = 255


def home(name: str) -> Path:
    """What was typed where no shell has looked at it: "~" is one's home."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        raise Trouble(f"{safe(name)}: there is nobody of that name.", USAGE) from None


def chosen(link: Link, names: Sequence[str | Path]) -> list[Path]:
    """The files to send, if the server accepts them; `Trouble` says which one cannot be sent."""
    paths = [Path(name) for name in names]
    if not paths:
        return []
    limits = ((link.client.welcome or {}).get("limits") or {}).get("files")
    if limits is None:
        raise Trouble("You may bring no files to this server.")
    if len(paths) > limits["each"]:
        raise Trouble(f"A message carries at most {limits['each']} files.", USAGE)
    for path in paths:
        if (why := _unfit(path, limits["max_bytes"])) is not None:
            raise Trouble(f"{safe(str(path))} {why}.", USAGE)
    return paths


def _unfit(path: Path, most: int) -> str | None:
    """Why it cannot be sent, None if it can."""
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode):
            return "is no file"
        with path.open("rb"):
            pass
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if about.st_size > most:
        return f"has {size_of(about.st_size)}, and a file may have {size_of(most)}"
    return None if about.st_size else "is empty"


async def brought(link: Link, path: Path, progress: Progress) -> str:
    """Brings one file; returns its id, for the message that is to carry it."""
    kind, packed = mimetypes.guess_type(path.name)
    with path.open("rb") as file:
        size = path.stat().st_size
        transfer = Transfer(link.reactor, link.api, link.bearer, lambda done: progress(done, size))
        said = UNKNOWN if packed else kind or UNKNOWN
        return str((await transfer.bring(file, size, path.name, said))["file"])


async def saved(link: Link, file: Mapping[str, Any], folder: Path, progress: Progress) -> Path:
    """Fetches one of a message's ``files`` into ``folder``; returns where it now is."""
    size = int(file["size"])
    transfer = Transfer(link.reactor, link.api, link.bearer, lambda done: progress(done, size))
    try:
        path, into = _new(folder, str(file["name"]))
    except OSError as error:
        where = safe(str(folder))
        raise Trouble(f"Nothing can be written into {where}: {error.strerror}.", USAGE) from None
    try:
        with into:
            await transfer.fetch(str(file["file"]), size, into)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.strerror:
            shown = safe(str(path))
            raise Trouble(f"{shown} cannot be written: {error.strerror}.", USAGE) from None
        raise
    return path


def _new(folder: Path, name: str) -> tuple[Path, BinaryIO]:
    """A file that did not exist before. The name is somebody else's: it leads nowhere, hides
    nothing, and is no option of a command."""
    plain = Path(safe(name)).name.lstrip(".-~ ") or "file"
    for path in _names(folder, plain):
        try:
            return path, path.open("xb")
        except FileExistsError:
            continue
    raise AssertionError("there is always another number")


def _names(folder: Path, name: str) -> Iterator[Path]:
    first = Path(name)
    yield folder / name
    for number in count(2):
        end = f" ({number}){first.suffix}"
        stem = first.stem.encode()[: max(NAME_BYTES - len(end.encode()), 1)]
        yield folder / (stem.decode("utf-8", "ignore") + end)


class Bar:
    """A line that says how far a file is, on a terminal; nothing elsewhere."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._shown = file is not None and file.isatty()
        self._last = 0.0

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *how: object) -> None:
        self.clear()

    def of(self, name: str) -> Progress:
        self._last = 0.0
        short = safe(name)[:WIDTH]

        def told(done: int, size: int) -> None:
            now = time.monotonic()
            if now - self._last >= EVERY:
                self._last = now
                share = min(done / size, 1.0) if size else 1.0
                bar = "#" * round(share * WIDTH)
                self._write(f"{short} [{bar:<{WIDTH}}] {share:4.0%} of {size_of(size)}")

        return told

    def clear(self) -> None:
        self._write("")

    def _write(self, text: str) -> None:
        if self._shown:
            # From the beginning of the line, and what stood there is erased (ECMA-48, EL).
            self._file.write(f"\r{text}\x1b[K")
            self._file.flush()
