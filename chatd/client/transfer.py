"""Files on their way to the server and back: streamed, reported on the way, given up if stuck.

A file may take hours on a slow line, so there is no time limit for all of it, only for silence.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from io import SEEK_END, SEEK_SET
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import connectionDone
from twisted.python.failure import Failure
from twisted.web.client import FileBodyProducer, ResponseDone

from chatd.client.errors import Disconnected
from chatd.client.http import Api, Body, Problem

#: Seconds without a byte after which nothing more is waited for.
SILENCE = 30.0
#: How many bytes went so far.
Told = Callable[[int], None]

T = TypeVar("T")


class Transfer:
    """One file. ``told`` hears how far it is. If nothing moves any more it ends with
    `CancelledError`, or with Twisted's error for a request that holds one."""

    def __init__(self, reactor: Any, api: Api, proof: Mapping[str, str], told: Told) -> None:
        """``proof``: the headers that say who asks."""
        self._reactor = reactor
        self._api = api
        self._proof = proof
        self._told = told
        self._count = 0
        self._timer: IDelayedCall | None = None

    async def bring(self, file: BinaryIO, size: int, name: str, kind: str) -> dict[str, Any]:
        """Brings the first ``size`` bytes of ``file`` to the server under ``name``, of the media
        type ``kind``; returns what the server says it is (docs/http.md, `POST /api/files`).
        `Problem` if it is refused."""
        escaped = quote(name.encode("utf-8", "replace"), safe="")
        headers = {
            **self._proof,
            "Content-Type": kind,
            "Content-Disposition": f"attachment; filename*=UTF-8''{escaped}",
        }
        producer = FileBodyProducer(_Counted(file, size, self._moved))
        return await self._while_it_moves(self._brought(headers, producer))

    async def _brought(self, headers: Mapping[str, str], producer: Any) -> dict[str, Any]:
        response = await self._api.request("POST", "/api/files", headers, producer)
        answer, _ = await self._api.answer(response)
        return answer

    async def fetch(self, file: str, size: int, into: BinaryIO) -> None:
        """Writes the file with the id ``file``, of ``size`` bytes, to ``into``. `Problem` if one
        may not have it; `Disconnected` if more or less comes."""
        await self._while_it_moves(self._fetched(file, size, into))

    async def _fetched(self, file: str, size: int, into: BinaryIO) -> None:
        response = await self._api.request("GET", f"/files/{quote(file, safe='')}", self._proof)
        if response.code != 200:
            await self._api.answer(response)
            raise Problem(response.code, {})
        receiver = _Into(into, size, self._moved)
        response.deliverBody(receiver)
        await receiver.whole

    async def _while_it_moves(self, work: Coroutine[Any, Any, T]) -> T:
        doing = Deferred.fromCoroutine(work)
        self._timer = timer = self._reactor.callLater(SILENCE, doing.cancel)
        try:
            return await doing
        finally:
            self._timer = None
            if timer.active():
                timer.cancel()

    def _moved(self, count: int) -> None:
        if self._timer is not None and self._timer.active():
            self._timer.reset(SILENCE)
        self._count += count
        self._told(self._count)


class _Counted:
    """The first bytes of a file, which may grow meanwhile; tells how many of them are read."""

    def __init__(self, file: BinaryIO, size: int, moved: Told) -> None:
        self._file = file
        self._size = self._left = size
        self._moved = moved
        self.close = file.close

    def read(self, size: int) -> bytes:
        data = self._file.read(min(size, self._left))
        self._left -= len(data)
        self._moved(len(data))
        return data

    # The length is found by these two.

    def tell(self) -> int:
        return self._size - self._left

    def seek(self, offset: int, whence: int = SEEK_SET) -> None:
        self._left = 0 if whence == SEEK_END else self._size - offset


class _Into(Body):
    """Writes what comes, up to ``size`` bytes; ``whole`` fails if it ends otherwise."""

    def __init__(self, file: BinaryIO, size: int, moved: Told) -> None:
        super().__init__()
        self._file = file
        self._left = size
        self._moved = moved

    def dataReceived(self, data: bytes) -> None:
        if self.whole.called:
            return
        self._left -= len(data)
        try:
            if self._left < 0:
                raise Disconnected("the file is larger than was said")
            self._file.write(data)
        except (OSError, Disconnected) as error:
            self.whole.errback(error)
            self.cut()
        else:
            self._moved(len(data))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self.whole.called:
            return
        if not reason.check(ResponseDone):
            self.whole.errback(reason)
        elif self._left:
            self.whole.errback(Disconnected("the file is smaller than was said"))
        else:
            self.whole.callback(None)
