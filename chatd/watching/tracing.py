"""Records how commands and requests go if a collector is set; can be changed while it runs."""

import random
import secrets
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chatd import __version__
from chatd.config.settings import Settings
from chatd.core.meters import Commits
from chatd.engine.engine import Engine
from chatd.engine.ports import Clock
from chatd.hooks.otlp.headers import headers
from chatd.hooks.otlp.sender import Counters, Sender
from chatd.hooks.otlp.spans import Sampling, SpanTracer
from chatd.hooks.post import HttpPoster
from chatd.parts import public_url

Headers = Mapping[str, str]


class Tracing:
    """Sets the tracer of ``engine``; ``drive`` runs a coroutine to its end."""

    def __init__(
        self,
        reactor: Any,
        clock: Clock,
        commits: Commits,
        engine: Engine,
        drive: Callable[[Coroutine[Any, Any, None]], None],
    ) -> None:
        self.counters = Counters()
        self._reactor = reactor
        self._clock = clock
        self._commits = commits
        self._engine = engine
        self._drive = drive
        self._sender: Sender | None = None
        self._from: tuple[Any, Headers] | None = None

    def change(self, settings: Settings, sent: Headers) -> bool:
        """As ``settings`` say from now on, with these headers; whether that differs. What waits for
        the previous collector is still sent there."""
        wanted = settings.traces
        if self._from == (wanted, sent):
            return False
        before, self._sender = self._sender, None
        self._engine.tracer = None
        if wanted.endpoint:
            poster = HttpPoster(
                self._reactor,
                self._clock,
                wanted.endpoint,
                wanted.timeout_seconds,
                wanted.ca_file,
                f"chatd/{__version__}",
            )
            self._sender = Sender(
                poster,
                self._reactor,
                sent,
                resource(settings),
                __version__,
                self.counters,
                # Jitter, nothing secret.
                random.random,
            )
            self._engine.tracer = SpanTracer(
                Sampling(wanted.ratio, wanted.slow_ms / 1000),
                self._sender.put,
                self._commits,
                self._clock,
                secrets.token_bytes,
                random.random,
            )
        self._from = wanted, sent
        if before is not None:
            self._drive(before.stop())
        return True

    async def stop(self) -> None:
        self._engine.tracer = None
        if self._sender is not None:
            await self._sender.stop()


def read_headers(settings: Settings) -> dict[str, str]:
    """What goes along with each request. OSError, ValueError."""
    path = settings.traces.header_file if settings.traces.endpoint else ""
    return headers(Path(path).read_text("utf-8")) if path else {}


def resource(settings: Settings) -> dict[str, str | int]:
    """Who records, in OpenTelemetry's words (https://opentelemetry.io/docs/specs/semconv/)."""
    return {
        "service.name": "chatd",
        "service.version": __version__,
        "service.instance.id": urlsplit(public_url(settings)).netloc,
    }
