"""Bodies on the disk: where they lie, and what a disk that fails or is full leaves."""

import errno
import os
from collections.abc import Callable, Coroutine
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

import pytest
from twisted.internet.defer import CancelledError, Deferred

from chatd.core.codes import Code
from chatd.core.files import HEAD_BYTES
from chatd.core.refusal import Refusal
from chatd.store import file_bodies
from chatd.store.errors import StoreError
from chatd.store.file_bodies import FileBodies, body_path
from chatd.store.space import Floor
from tests.conftest import LoggedErrors

FILE = "f" + "0123456789abcdefghjkmnpqrs"


async def run(call: Callable[[], Any]) -> Any:
    return call()


def now(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """What a coroutine that waits for nothing comes to."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("it waits")


@pytest.fixture
def bodies(tmp_path: Path) -> FileBodies:
    made = FileBodies(tmp_path, run, Floor(0, 0), lambda: 0.0)
    made.prepare()
    return made


def left(bodies: FileBodies) -> list[str]:
    return sorted(path.name for path in bodies.folder.rglob("f*"))


def test_a_body_is_kept_as_it_came_and_read_again(bodies: FileBodies) -> None:
    parts = [b"a" * HEAD_BYTES, b"b" * 10, b""]
    arriving = now(bodies.begin(FILE, 100))
    for part in parts:
        now(arriving.write(part))
    kept = now(arriving.keep())
    body = b"".join(parts)
    assert (kept.size, kept.digest, kept.head) == (
        len(body),
        sha256(body).digest(),
        b"a" * HEAD_BYTES,
    )
    now(arriving.abandon())
    reading = now(bodies.open(FILE))
    # Taken off the disk, it is there to its end.
    assert now(bodies.remove([FILE]))
    assert now(reading.read(HEAD_BYTES)) == b"a" * HEAD_BYTES
    assert (now(reading.read(100)), now(reading.read(100))) == (b"b" * 10, b"")
    reading.close()
    reading.close()
    with pytest.raises(FileNotFoundError):
        now(bodies.open(FILE))


@pytest.mark.parametrize(
    "name", ["", "f", "../chatd.db", FILE + "/..", FILE + "\n", FILE[:-1] + "/", "F" + FILE[1:]]
)
def test_nothing_but_an_id_is_ever_a_name_on_the_disk(tmp_path: Path, name: str) -> None:
    assert body_path(tmp_path, FILE) == tmp_path / "01" / FILE
    with pytest.raises(ValueError, match="no file's id"):
        body_path(tmp_path, name)


def test_what_was_promised_to_others_is_not_free(tmp_path: Path) -> None:
    free = [1000]
    bodies = FileBodies(tmp_path, run, Floor(100, 0), lambda: 0.0)
    bodies.prepare()
    bodies._space._measure = lambda: (free[0], 10_000)  # type: ignore[method-assign]
    first = now(bodies.begin(FILE, 500))
    with pytest.raises(Refusal) as caught:
        now(bodies.begin("f" + "1" * 26, 401))
    assert caught.value.code is Code.STORAGE_FULL
    other = now(bodies.begin("f" + "2" * 26, 400))
    now(first.abandon())
    now(other.abandon())
    assert bodies._promised == 0 and left(bodies) == []
    free[0] = 50
    assert bodies.short_of_disk == "the disk of files is nearly full"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ENOSPC, Code.STORAGE_FULL),
        (errno.EDQUOT, Code.STORAGE_FULL),
        (errno.EIO, Code.UNAVAILABLE),
    ],
)
@pytest.mark.parametrize("call", ["open", "write", "fsync", "rename"])
def test_a_disk_that_fails_is_a_refusal_and_leaves_nothing(
    bodies: FileBodies,
    monkeypatch: pytest.MonkeyPatch,
    logged_errors: LoggedErrors,
    number: int,
    code: Code,
    call: str,
) -> None:
    def fails(*arguments: object) -> NoReturn:
        raise OSError(number, os.strerror(number))

    async def bring() -> None:
        arriving = await bodies.begin(FILE, 5)
        try:
            await arriving.write(b"hello")
            await arriving.keep()
        finally:
            await arriving.abandon()

    with monkeypatch.context() as patched:
        patched.setattr(file_bodies.os, call, fails)
        with pytest.raises(Refusal) as caught:
            now(bring())
    assert caught.value.code is code
    assert bodies._promised == 0 and left(bodies) == []
    told = [f"The store of files failed: {os.strerror(number)}"] if number == errno.EIO else []
    assert logged_errors.take() == told


def test_a_folder_that_cannot_be_had_stops_the_start_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "files").write_bytes(b"")
    with pytest.raises(StoreError, match="there is a file where a folder should be"):
        FileBodies(tmp_path, run, Floor(0, 0), lambda: 0.0).prepare()


def test_only_bodies_are_looked_at(bodies: FileBodies) -> None:
    arriving = now(bodies.begin(FILE, 5))
    now(arriving.write(b"hello"))
    now(arriving.keep())
    now(bodies.begin("f" + "1" * 26, 5))
    (bodies.folder / "01" / "notes.txt").write_bytes(b"an operator's")
    assert now(bodies.folders()) == ("01",)
    written = (bodies.folder / "01" / FILE).stat().st_mtime_ns // 1_000_000
    assert now(bodies.older("01", written + 10)) == (FILE,)
    assert now(bodies.older("01", written - 10)) == ()


# ---- nobody waits any more ----------------------------------------------------------------------


class Late:
    """Threads that are slow: what is given to `run` is done when the test says so."""

    def __init__(self) -> None:
        self.calls: list[tuple[Callable[[], Any], Deferred[Any]]] = []

    def run(self, call: Callable[[], Any]) -> Deferred[Any]:
        waiting: Deferred[Any] = Deferred()
        self.calls.append((call, waiting))
        return waiting

    def finish(self) -> None:
        for call, waiting in self.calls:
            waiting.callback(call())


def descriptors(folder: Path) -> list[str]:
    """What is open below the folder."""
    found = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(FileNotFoundError):
            found.append(os.readlink(f"/proc/self/fd/{number}"))
    return [path for path in found if path.startswith(str(folder))]


@pytest.mark.parametrize("what", ["open", "begin"])
@pytest.mark.parametrize("opened", ["before", "after"])
def test_what_a_thread_opens_for_somebody_who_has_gone_is_closed(
    tmp_path: Path, bodies: FileBodies, what: str, opened: str
) -> None:
    arriving = now(bodies.begin(FILE, 1))
    now(arriving.keep())
    late = Late()
    bodies._run = late.run
    other = FILE[:-1] + "0"
    asked = Deferred.fromCoroutine(
        bodies.open(FILE) if what == "open" else bodies.begin(other, 100)
    )
    asked.addErrback(lambda failure: failure.trap(CancelledError))
    if opened == "before":
        # The thread is done, and its answer on the way to the reactor.
        [(call, _)] = late.calls
        call()
    asked.cancel()
    if opened == "after":
        late.finish()
    assert descriptors(tmp_path) == []
    assert left(bodies) == [FILE]
    assert bodies._promised == 0


# ---- what a power cut leaves --------------------------------------------------------------------


def test_a_folder_that_is_there_may_not_be_on_disk_yet(
    bodies: FileBodies, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As one that another thread made a moment ago, and is about to sync."""
    place = body_path(bodies.folder, FILE)
    place.parent.mkdir()
    durable: list[str] = []

    def synced(folder: Path) -> None:
        durable.append(folder.name)

    monkeypatch.setattr(file_bodies, "synced", synced)
    now(now(bodies.begin(FILE, 1)).keep())
    assert durable == [bodies.folder.name, place.parent.name]
    # Once it is known to be, that is not done again.
    now(now(bodies.begin(FILE[:-1] + "0", 1)).keep())
    assert durable[2:] == [place.parent.name]
