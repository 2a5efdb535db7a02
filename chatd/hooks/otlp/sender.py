"""Spans on their way to a collector: kept in memory up to a bound, posted in batches.

Nobody waits for it, and what cannot be sent is dropped and counted: traces help to find a fault and
must never be one.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count, islice
from typing import Any, Final

from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.defer import TimeoutError as DeferredTimeout
from twisted.internet.task import deferLater
from twisted.logger import Logger
from twisted.python.failure import Failure

from chatd.hooks.answers import Answer, pause
from chatd.hooks.otlp.encode import batch
from chatd.hooks.otlp.spans import Span, Value
from chatd.hooks.post import NoAnswer, Poster

#: Most spans that wait; one takes about 1 KiB.
MOST: Final = 2048
#: Most spans in one request, and seconds that the first of them waits for others.
BATCH: Final = 256
GATHERED: Final = 2.0
#: How often one batch is tried.
TRIES: Final = 5
#: What is worth another try (https://opentelemetry.io/docs/specs/otlp/#otlphttp-response).
AGAIN: Final = frozenset({429, 502, 503, 504})
#: Seconds that a stop waits for the last batch.
LAST: Final = 2.0

log = Logger(namespace="chatd.traces")


class Counters:
    """Spans since the start of the daemon, by what became of them."""

    def __init__(self) -> None:
        #: accepted by the collector
        self.sent = 0
        #: the queue was full, or the collector too often gave no answer
        self.dropped = 0
        #: the collector refused them
        self.refused = 0


class Sender:
    """``headers`` go along with each request; ``resource`` and ``version`` describe us.
    ``fraction`` gives numbers from 0 to 1."""

    def __init__(
        self,
        poster: Poster,
        reactor: Any,
        headers: Mapping[str, str],
        resource: Mapping[str, Value],
        version: str,
        counters: Counters,
        fraction: Callable[[], float],
    ) -> None:
        self._poster = poster
        self._reactor = reactor
        self._headers = headers
        self._resource = resource
        self._version = version
        self._counters = counters
        self._fraction = fraction
        self._waiting: deque[Span] = deque()
        self._sending: Deferred[None] | None = None
        self._well = True
        self._stopped = False

    def put(self, span: Span) -> None:
        if self._stopped or len(self._waiting) >= MOST:
            self._counters.dropped += 1
            return
        self._waiting.append(span)
        if self._sending is None:
            self._sending = Deferred.fromCoroutine(self._send())
            self._sending.addErrback(self._broken)

    async def stop(self) -> None:
        """What waits is tried once more, without waiting long; what is then left is dropped."""
        self._stopped = True
        sending, self._sending = self._sending, None
        if sending is not None:
            sending.cancel()
        left = [*self._waiting]
        self._waiting.clear()
        if left:
            last = Deferred.fromCoroutine(self._try(self._body(left)))
            last.addTimeout(LAST, self._reactor)
            with suppress(DeferredTimeout):
                self._count(left, await last)
                left = []
        self._counters.dropped += len(left)
        await self._poster.stop()

    async def _send(self) -> None:
        while self._waiting:
            if len(self._waiting) < BATCH:
                await self._sleep(GATHERED)
            spans = [*islice(self._waiting, BATCH)]
            await self._deliver(spans)
            for _ in spans:
                self._waiting.popleft()
        self._sending = None

    async def _deliver(self, spans: Sequence[Span]) -> None:
        """Tries until it is accepted or refused, or was tried often enough."""
        body = self._body(spans)
        for failures in count(1):
            answer = await self._try(body)
            if failures == TRIES or not _is_worth_another(answer):
                self._count(spans, answer)
                return
            await self._sleep(pause(failures, answer, self._fraction))

    def _body(self, spans: Sequence[Span]) -> bytes:
        return batch(spans, self._resource, self._version)

    async def _try(self, body: bytes) -> Answer | None:
        try:
            answer = await self._poster.post(self._headers, body)
        except NoAnswer as error:
            self._tell(False, str(error))
            return None
        self._tell(200 <= answer.status < 300, f"status {answer.status}")
        return answer

    def _count(self, spans: Sequence[Span], answer: Answer | None) -> None:
        if answer is not None and 200 <= answer.status < 300:
            self._counters.sent += len(spans)
        elif _is_worth_another(answer):
            self._counters.dropped += len(spans)
        else:
            self._counters.refused += len(spans)

    def _tell(self, well: bool, last: str) -> None:
        """The log gets a line when it begins to fail and when it is well again."""
        if well is not self._well:
            self._well = well
            if well:
                log.info("the collector of traces takes them again")
            else:
                log.warn("the collector of traces does not take them: {last}", last=last)

    def _sleep(self, seconds: float) -> Deferred[None]:
        return deferLater(self._reactor, seconds, lambda: None)

    def _broken(self, failure: Failure) -> None:
        if failure.check(CancelledError) is None:
            log.failure("traces cannot be sent", failure)
            self._counters.dropped += len(self._waiting)
            self._waiting.clear()
            self._sending = None


def _is_worth_another(answer: Answer | None) -> bool:
    return answer is None or answer.status in AGAIN
