"""The form of a backup: one tar file, closed to others, whose last member is the seal.

    configuration/chatd.toml        the configuration, and every file that it names
    configuration/tls.key           … under the setting's name
    store/chatd.db                  the whole database (a full backup), or
    store/changes                   the pages that differ from the full one it stands on
    store/pages                     a digest of each page, for later backups of changes
    store/files                     bodies of files; of changes only what the full one lacks
    store/push.key                  what lies beside the database and is no copy of it
    manifest.json                   what all this is, with the SHA-256 of each member
    manifest.sha256                 the seal: without it the backup was never finished

The digests show damage, not forgery: whoever can write a backup can write another seal.
"""

import hashlib
import io
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal, Protocol

import msgspec

FORMAT = 2
#: The forms that are read: the first had no files.
FORMATS = (1, 2)
SUFFIX = ".tar"
#: Ends the name of a backup that is being made; one that nobody works on was left by a crash.
PART = ".part"
MANIFEST, SEAL = "manifest.json", "manifest.sha256"
CONFIGURATION = "configuration/chatd.toml"
DATABASE, CHANGES, DIGESTS, FILES, PUSH_KEY = (
    "store/chatd.db",
    "store/changes",
    "store/pages",
    "store/files",
    "store/push.key",
)
#: The largest manifest, and the largest file of the configuration, in bytes.
LARGEST = 4 * 2**20
CHUNK = 2**20

Told = Callable[[int, int], None]


class Readable(Protocol):
    def read(self, amount: int, /) -> bytes: ...


class BackupError(Exception):
    """What is in the way, and what to do, in a sentence."""


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A member. ``setting``: the one that names the file, "" for others; ``name``: what the file
    was called; ``mode``, ``owner`` and ``group`` are those it had."""

    member: str
    size: int
    sha256: str
    setting: str = ""
    name: str = ""
    mode: int = 0o600
    owner: str = ""
    group: str = ""


class Base(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The full backup that changes are based on."""

    id: str
    name: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``moment``: Unix milliseconds; the backup holds what was committed until then. ``missing``:
    files whose bodies were no longer on the disk when it was made."""

    format: int
    id: str
    kind: Literal["full", "changes"]
    moment: int
    chatd: str
    sqlite: str
    host: str
    schema: int
    epoch: str
    position: int
    page_size: int
    pages: int
    counts: dict[str, int]
    items: tuple[Item, ...]
    base: Base | None = None
    missing: tuple[str, ...] = ()

    def item(self, member: str) -> Item:
        for item in self.items:
            if item.member == member:
                return item
        raise BackupError(f"The backup has no {member}: it was not made by chatd.")


class Writing:
    """Adds members one by one; `seal` comes last. ``file`` is written from its beginning."""

    def __init__(self, file: IO[bytes]) -> None:
        self._tar = tarfile.TarFile(fileobj=file, mode="w", copybufsize=CHUNK)
        self.items: list[Item] = []

    def add(self, content: Readable, size: int, item: Item, told: Told | None = None) -> None:
        """``item`` names it; the digest is computed here."""
        info = tarfile.TarInfo(item.member)
        info.size, info.mode = size, 0o600
        read = _Digesting(content, size, told)
        self._tar.addfile(info, read)
        self.items.append(msgspec.structs.replace(item, size=size, sha256=read.digest.hexdigest()))

    def put(self, content: bytes, item: Item) -> None:
        self.add(io.BytesIO(content), len(content), item)

    def seal(self, manifest: Manifest) -> None:
        text = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
        self.put(text, Item(MANIFEST, 0, ""))
        self.put(f"{hashlib.sha256(text).hexdigest()}\n".encode(), Item(SEAL, 0, ""))
        self._tar.close()


class _Digesting:
    """A file that is digested while it is read."""

    def __init__(self, file: Readable, size: int, told: Told | None) -> None:
        self._file = file
        self._size = size
        self._told = told
        self._done = 0
        self.digest = hashlib.sha256()

    def read(self, amount: int = -1) -> bytes:
        part = self._file.read(amount)
        self.digest.update(part)
        self._done += len(part)
        if self._told is not None:
            self._told(self._done, self._size)
        return part


class Archive:
    """A finished backup that is open, and where each member lies in its file; from `opened`."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self.file = file
        try:
            with tarfile.open(fileobj=file, mode="r:") as tar:
                self._where = {info.name: (info.offset_data, info.size) for info in tar}
        except (tarfile.TarError, ValueError, OverflowError) as error:
            raise BackupError(f"{path} is no backup of chatd, or it is damaged: {error}.") from None
        if SEAL not in self._where or MANIFEST not in self._where:
            raise BackupError(
                f"{path} is unfinished: whatever wrote it was interrupted, or it was not copied"
                " whole. Take another backup."
            )
        self.manifest = self._read_manifest()

    def _read_manifest(self) -> Manifest:
        text = self.content(MANIFEST)
        if hashlib.sha256(text).hexdigest().encode() != self.content(SEAL).strip():
            raise BackupError(f"{self.path} is damaged: its manifest is not as it was written.")
        try:
            form = msgspec.json.decode(text)["format"]
            if form not in FORMATS:
                raise BackupError(
                    f"{self.path} has form {form}, this chatd knows {FORMATS[-1]}: restore it with"
                    " the chatd that made it."
                )
            return msgspec.json.decode(text, type=Manifest)
        except (msgspec.MsgspecError, KeyError, TypeError) as error:
            raise BackupError(f"{self.path} is no backup of chatd: {error}.") from None

    def has(self, member: str) -> bool:
        return member in self._where

    def where(self, member: str) -> tuple[int, int]:
        """Offset and size in the file."""
        if member not in self._where:
            raise BackupError(f"{self.path} is damaged: {member} is missing.")
        return self._where[member]

    def content(self, member: str) -> bytes:
        """The whole of a small member."""
        offset, size = self.where(member)
        if size > LARGEST:
            raise BackupError(f"{self.path}: {member} is larger than {LARGEST} bytes.")
        self.file.seek(offset)
        return self.file.read(size)

    def parts(self, member: str) -> Iterator[bytes]:
        """A member's bytes, piece by piece."""
        offset, left = self.where(member)
        while left:
            self.file.seek(offset)
            part = self.file.read(min(CHUNK, left))
            if not part:
                raise BackupError(f"{self.path} is damaged: {member} ends too early.")
            offset, left = offset + len(part), left - len(part)
            yield part

    def damage(self, told: Told | None = None, but: str = "") -> list[str]:
        """Reads every member but ``but``; returns what is damaged, a sentence each."""
        found = []
        items = [item for item in self.manifest.items if item.member != but]
        total = sum(item.size for item in items)
        done = 0
        for item in items:
            digest = hashlib.sha256()
            try:
                size = self.where(item.member)[1]
                for part in self.parts(item.member):
                    digest.update(part)
                    done += len(part)
                    if told is not None:
                        told(done, total)
            except BackupError as error:
                found.append(str(error))
                continue
            if size != item.size or digest.hexdigest() != item.sha256:
                found.append(f"{self.path} is damaged: {item.member} is not as it was written.")
        return found


@contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """BackupError for anything but a finished backup."""
    try:
        file = path.open("rb")
    except OSError as error:
        raise BackupError(f"{path} cannot be read: {error.strerror}.") from None
    with file:
        yield Archive(path, file)
