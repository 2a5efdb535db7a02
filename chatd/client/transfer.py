"""Files on their way to the server and back: streamed, told as they go, given up when all is still.

A file may take hours on a slow line, so there is no time for the whole of it, only for silence.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.internet.protocol import Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import FileBodyProducer, ResponseDone

from chatd.client.http import Api, Problem

#: Seconds without a byte, after which nothing more is waited for.
SILENCE = 30.0
#: Bytes that went so far.
Told = Callable[[int], None]

T = TypeVar("T")


class Transfer:
    """One file. ``told`` hears how far it is; `CancelledError` where nothing moves any more."""

    def __init__(self, reactor: Any, api: Api, proof: Mapping[str, str], told: Told) -> None:
        """``proof``: the headers that say who asks."""
        self._reactor = reactor
        self._api = api
        self._proof = proof
        self._told = told
        self._count = 0
        self._timer: IDelayedCall | None = None

    async def bring(self, file: BinaryIO, name: str, kind: str) -> dict[str, Any]:
        """Brings ``file`` to the server under ``name``, of the media type ``kind``; what the server
        says it is (docs/http.md, `POST /api/files`). `Problem` where it is refused."""
        headers = {
            **self._proof,
            "Content-Type": kind,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        }
        producer = FileBodyProducer(_Counted(file, self._moved))
        return await self._while_it_moves(self._brought(headers, producer))

    async def _brought(self, headers: Mapping[str, str], producer: Any) -> dict[str, Any]:
        response = await self._api.request("POST", "/api/files", headers, producer)
        answer, _ = await self._api.answer(response)
        return answer

    async def fetch(self, file: str, into: BinaryIO) -> None:
        """Writes the file with the id ``file`` to ``into``. `Problem` where one may not have it."""
        await self._while_it_moves(self._fetched(file, into))

    async def _fetched(self, file: str, into: BinaryIO) -> None:
        response = await self._api.request("GET", f"/files/{quote(file, safe='')}", self._proof)
        if response.code != 200:
            await self._api.answer(response)
            raise Problem(response.code, {})
        whole: Deferred[None] = Deferred()
        response.deliverBody(_Into(into, whole, self._moved))
        await whole

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
    """A file that tells how much of it is read."""

    def __init__(self, file: BinaryIO, moved: Told) -> None:
        self._file = file
        self._moved = moved
        self.seek, self.tell, self.close = file.seek, file.tell, file.close

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._moved(len(data))
        return data


class _Into(Protocol):
    """Writes what comes; ``whole`` fires at its end, and fails where it ends too early."""

    def __init__(self, file: BinaryIO, whole: Deferred[None], moved: Told) -> None:
        self._file = file
        self._whole = whole
        self._moved = moved

    def dataReceived(self, data: bytes) -> None:
        if self._whole.called:
            return
        try:
            self._file.write(data)
        except OSError as error:
            self._whole.errback(error)
            if self.transport is not None:
                self.transport.loseConnection()
        else:
            self._moved(len(data))

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        if self._whole.called:
            return
        if reason.check(ResponseDone):
            self._whole.callback(None)
        else:
            self._whole.errback(reason)
