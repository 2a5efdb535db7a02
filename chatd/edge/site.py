"""The site: takes each request through the checks that all share, to its handler and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol

from twisted.internet.defer import Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.web.resource import Resource
from twisted.web.server import Site

from chatd.core.bucket import Buckets
from chatd.core.ids import letters
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined, Response, declined, problem
from chatd.edge.channel import Channel
from chatd.edge.door_budget import AddressKey, address_key
from chatd.edge.first_read import FirstRead
from chatd.edge.handshake import Offer
from chatd.edge.headers import standing_headers
from chatd.edge.incoming import Incoming, Intake
from chatd.edge.journal import Journal
from chatd.edge.large_bodies import LargeBodies
from chatd.edge.plain_upgrade import SOCKET_PATH
from chatd.edge.request import ChatRequest, checked_path
from chatd.edge.router import Route, Router
from chatd.edge.settings import EdgeSettings
from chatd.engine.ports import Random

log = Logger()
TakeIn = Callable[[Ask], Coroutine[Any, Any, Intake]]
PATH_LOGGED = 128  # a stranger chooses it, and there may be 50 such lines a second


class Upgrade(Protocol):
    """What becomes of a request for the WebSocket: nothing more if it is one now or has gone."""

    def __call__(self, request: ChatRequest, ask: Ask) -> Deferred[None]: ...
    async def admit(self, asking: FirstRead, ask: Ask, offer: Offer) -> None: ...


class ChatSite(Site):
    noisy = False

    def __init__(
        self,
        reactor: Any,
        settings: EdgeSettings,
        router: Router,
        upgrade: Upgrade,
        journal: Journal,
        random: Random,
        blocked: Callable[[str], bool] = lambda host: False,
    ) -> None:
        super().__init__(
            Resource(),
            requestFactory=ChatRequest,
            parsePOSTFormSubmission=False,
            timeout=None,
            reactor=reactor,
        )
        self.displayTracebacks = False
        self.settings = settings
        self.standing: Sequence[tuple[str, str]] = standing_headers(settings)
        self.prefix = settings.prefix
        self._router = router
        self.upgrade = upgrade
        self._journal = journal
        self._random = random
        self.blocked = blocked
        self.large_bodies = LargeBodies()
        #: answers since the start, by status
        self.answered: Counter[int] = Counter()
        self._buckets: Buckets[AddressKey] = Buckets(settings.requests)

    # Twisted's factory.

    def protocol(self) -> Channel:  # type: ignore[override]
        """The channel itself: no HTTP/2, and no proxy object in front of each connection."""
        return Channel()

    def buildProtocol(self, addr: object) -> FirstRead:  # type: ignore[override]
        return FirstRead(self)

    def channel(self) -> Channel:
        """For a connection on which something other than a plain request for a WebSocket came."""
        channel: Channel = super().buildProtocol(None)
        return channel

    def startFactory(self) -> None:
        """No access log: its clock would tick every second, its lines would carry URLs."""

    def stopFactory(self) -> None:
        pass

    def log(self, request: Any) -> None:
        pass

    def acceptableProtocols(self) -> list[bytes]:
        return [b"http/1.1"]

    # Requests.

    @property
    def decision_seconds(self) -> float:
        """The longest that the answer to a request for a WebSocket may take."""
        return min(self.settings.admission_seconds, self.settings.answer_seconds)

    def route(self, method: str, path: str) -> Route | None:
        """What answers such a request, None for the WebSocket's; Declined if nothing does."""
        return None if path == SOCKET_PATH else self._router.find(method, path)

    def begin(self, request: ChatRequest, path: str, intake: TakeIn) -> tuple[Ask, Incoming]:
        """A request whose body is read piece by piece has its headers. May raise Declined."""
        ask = request.ask(path, self.settings.proxies)

        async def begun() -> Intake:
            self.charge(ask)
            return await intake(ask)

        return ask, Incoming(begun(), request.channel)

    def serve(self, request: ChatRequest) -> None:
        if request.begun is not None:
            ask, incoming = request.begun
            self._see_to(request, ask, incoming.finished())
            return
        try:
            path = checked_path(request.method, request.uri, self.settings.most_of(request.uri))
            ask = request.ask(path, self.settings.proxies)
        except Declined as why:
            self._answer(request, None, declined(why, self.prefix))
            return
        try:
            request.channel.raise_decided()
            self.charge(ask)
            pending: Deferred[Any]
            if path == SOCKET_PATH:
                pending = self.upgrade(request, ask)
            else:
                route = self._router.find(ask.method, path)
                pending = Deferred.fromCoroutine(_coroutine(route.handler, ask))
        except Exception:
            pending = Deferred()
            pending.errback(Failure())
        self._see_to(request, ask, pending)

    def _see_to(self, request: ChatRequest, ask: Ask, pending: Deferred[Any]) -> None:
        """Answers it in time, whatever comes of it."""
        pending.addTimeout(self.settings.answer_seconds, self.reactor)
        pending.addErrback(self._failed, ask)
        pending.addCallback(lambda response: self._answer(request, ask, response))
        pending.addErrback(lambda failure: log.failure("an answer was not sent", failure))

    def new_id(self) -> str:
        """For a request and what becomes of it: 40 bits, enough to find it in a log."""
        return letters(self._random, 8)

    def charge(self, ask: Ask) -> None:
        """Declined if nobody may come from that address, or too much comes from it."""
        if self.blocked(ask.address):
            # The door has turned away those who come directly: this one is behind a proxy.
            raise Declined(403, "address-blocked", "Nobody may come from your network.")
        wait = self._buckets.take(address_key(ask.address), 1, self.reactor.seconds())
        if wait:
            raise Declined(
                429, "rate-limited", "Too many requests from this address.", retry_after=wait
            )

    def _failed(self, failure: Failure, ask: Ask) -> Response:
        why = failure.value
        if isinstance(why, Declined | Refusal):
            return declined(why, ask.prefix)
        if isinstance(why, DeferredTimeout):
            words = "The server did not finish this in time."
            return problem(503, "timeout", words, ask.prefix, retry_after=5)
        log.failure(
            "fault {reference} in {method} {path}",
            failure,
            method=ask.method,
            path=ask.path,
            reference=ask.id,
            request=ask.id,
        )
        return problem(
            500,
            "internal",
            "The server made a mistake; tell the operator the reference.",
            ask.prefix,
            reference=ask.id,
            instance=ask.path,
        )

    def _answer(self, request: ChatRequest, ask: Ask | None, response: Response | None) -> None:
        if response is None:
            return
        if ask is None:
            self._note_answer("-", "-", request.client, response, "-")
            request.answer(response, self.standing)
            return
        self._note_answer(ask.method, ask.path, ask.address, response, ask.id)
        named = (("X-Request-Id", ask.id),) if response.status >= 400 else ()
        request.answer(response, (*self.standing, *named))

    def answer_nobody(self, failure: Failure, ask: Ask) -> None:
        """What is noted of an answer whose peer has gone."""
        self._note_answer(ask.method, ask.path, ask.address, self._failed(failure, ask), ask.id)

    def _note_answer(
        self, method: str, path: str, peer: object, response: Response, request: str
    ) -> None:
        if response.status >= 400:
            self.note_refusal(method, path, peer, response.status, request=request)
        else:
            self.answered[response.status] += 1

    def note_refusal(
        self,
        method: str,
        path: str,
        peer: object,
        status: int,
        code: str = "",
        request: str = "-",
    ) -> None:
        self.answered[status] += 1
        self._journal.line(
            "refused {method} {path} from {address}: {status} {code} (request {request})",
            method=method,
            path=path[:PATH_LOGGED],
            address=getattr(peer, "host", peer),
            status=status,
            code=code,
            request=request,
        )

    def note_fault(self, peer: object) -> None:
        """In an except clause: what this peer sent triggered a bug."""
        self._journal.fault(
            "a fault over what came from {address}", address=getattr(peer, "host", peer)
        )


async def _coroutine(handler: Callable[[Ask], Any], ask: Ask) -> Response:
    response: Response = await handler(ask)
    return response
