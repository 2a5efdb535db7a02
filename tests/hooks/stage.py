"""A webhook on a stage: the log, the network and the time are played by the test."""

import base64
import json
from pathlib import Path
from typing import Any

from twisted.internet.defer import ensureDeferred
from twisted.python.failure import Failure

from chatd.engine.followers import Followed
from chatd.hooks.settings import HookSettings
from chatd.hooks.webhook import Webhook
from tests.hooks.fakes import FakePoster, FakeStore, Time, outcome, render

URL = "https://shop.example.org/hook"


class Stage:
    def __init__(self, tmp_path: Path, *plan: Any, **settings: Any) -> None:
        self.time = Time()
        self.store = FakeStore()
        self.poster = FakePoster(self.time, *plan)
        self.here: set[str] = set()
        self.folder = tmp_path
        self.secret("new.key", 0)
        known: dict[str, Any] = {"url": URL, "link": "https://chat.example.org", **settings}
        self.settings = HookSettings(secret_files=(str(tmp_path / "new.key"),), **known)
        self.webhook = Webhook(
            self.settings,
            self.store,
            self.poster,
            self.time.reactor,
            self.time,
            render=render,
            present=lambda user: user in self.here,
            random=bytes,
            fraction=lambda: 1.0,
        )

    def secret(self, name: str, first: int) -> str:
        key = base64.b64encode(bytes(range(first, first + 32))).decode()
        (self.folder / name).write_text(f"whsec_{key}\n")
        return str(self.folder / name)

    def start(self) -> "Stage":
        now(self.webhook.start())
        return self

    def stop(self) -> None:
        now(self.webhook.stop())
        assert self.poster.stopped
        assert self.time.waits() == []

    def say(self, *args: Any, **named: Any) -> Followed:
        said = self.store.say(*args, at=self.time.wall(), **named)
        self.webhook.committed([outcome(said)])
        return said

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(post.body) for post in self.poster.posts]

    def texts(self, type: str = "message.created") -> list[str]:
        return [each["data"].get("text", "") for each in self.told if each["type"] == type]


def now(coroutine: Any) -> Any:
    results: list[Any] = []
    ensureDeferred(coroutine).addBoth(results.append)
    (result,) = results
    if isinstance(result, Failure):
        result.raiseException()
    return result
