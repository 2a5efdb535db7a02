"""Web Push on a stage: the store, the network and the time are played by the test."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from twisted.internet.defer import Deferred, ensureDeferred

from chatd.core.refusal import Refusal
from chatd.engine.followers import SetFollower
from chatd.engine.pushes import (
    EndPush,
    EndSubscription,
    Hearer,
    PushFacts,
    PushRow,
    PutOffPush,
    QueuePushes,
    SubscriptionRow,
)
from chatd.engine.rows import Answer as LedgerAnswer
from chatd.engine.rows import Committed
from chatd.engine.unit import Unit
from chatd.hooks.answers import Answer
from chatd.hooks.post import NoAnswer
from chatd.hooks.push.push import Push
from chatd.hooks.push.settings import PushSettings
from chatd.hooks.push.vapid import Vapid
from tests.hooks.fakes import BEGAN, FakeStore, Time, outcome, render
from tests.hooks.push.browser import Subscribed


@dataclass
class Waits:
    position: int
    tries: int
    due: int


@dataclass
class FakePushStore:
    """Subscriptions and a queue in memory beside the log of `FakeStore`. ``refusals`` are raised by
    the next reads or commits, one each; ``reads`` counts looks for hearers."""

    base: FakeStore = field(default_factory=FakeStore)
    epoch: str = "epoch000"
    browsers: dict[str, SubscriptionRow] = field(default_factory=dict)
    hears: dict[int, list[str]] = field(default_factory=dict)
    queue: dict[tuple[str, str], Waits] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    followers: dict[str, int] = field(default_factory=dict)
    commits: list[Unit] = field(default_factory=list)
    reads: int = 0

    def _refuse(self) -> None:
        if self.refusals:
            raise self.refusals.pop(0)

    async def commit(self, unit: Unit) -> Committed:
        self._refuse()
        self.commits.append(unit)
        for change in unit.changes:
            self._change(change)
        return Committed(LedgerAnswer())

    def _change(self, change: Any) -> None:
        if isinstance(change, SetFollower):
            assert change.position is not None
            self.followers[change.name] = change.position
        elif isinstance(change, QueuePushes):
            for each in change.hearers:
                if each.session in self.browsers:
                    before = self.queue.get((each.session, each.room))
                    tries = before.tries if before else 0
                    due = min(before.due, change.due) if before and not tries else change.due
                    due = before.due if before and tries else due
                    self.queue[each.session, each.room] = Waits(each.position, tries, due)
        elif isinstance(change, EndPush):
            waits = self.queue.get((change.session, change.room))
            if waits is not None and waits.position <= change.position:
                del self.queue[change.session, change.room]
        elif isinstance(change, PutOffPush):
            found = self.queue[change.session, change.room]
            self.queue[change.session, change.room] = replace(
                found, tries=change.tries, due=change.due
            )
        elif isinstance(change, EndSubscription):
            if self.browsers[change.session].endpoint == change.endpoint:
                del self.browsers[change.session]
                self.queue = {
                    key: value for key, value in self.queue.items() if key[0] != change.session
                }
        else:
            raise AssertionError(change)

    async def position(self) -> int:
        return len(self.base.log)

    async def follower(self, name: str) -> int | None:
        return self.followers.get(name)

    async def subscription(self, session: str) -> SubscriptionRow | None:
        return self.browsers.get(session)

    async def has_subscriptions(self) -> bool:
        return bool(self.browsers)

    async def hearers(
        self, first: int, last: int, after: tuple[str, str], limit: int, now: int
    ) -> tuple[Hearer, ...]:
        self._refuse()
        self.reads += 1
        latest: dict[tuple[str, str], Hearer] = {}
        for position in range(first, last + 1):
            room = self.base.log[position - 1].room.id
            for session in self.hears.get(position, ()):
                if (browser := self.browsers.get(session)) is not None:
                    hearer = Hearer(position, room, browser.person, session)
                    latest[session, room] = hearer
        found = [latest[key] for key in sorted(latest) if key > after]
        return tuple(found[:limit])

    async def due_pushes(self, now: int, limit: int) -> tuple[PushRow, ...]:
        self._refuse()
        due = sorted(
            (waits.due, key, waits) for key, waits in self.queue.items() if waits.due <= now
        )
        return tuple(
            PushRow(session, room, waits.position, waits.tries)
            for _, (session, room), waits in due[:limit]
        )

    async def push_facts(self, session: str, position: int, now: int) -> PushFacts | None:
        self._refuse()
        browser = self.browsers.get(session)
        if browser is None or session not in self.hears.get(position, ()):
            return None
        said = self.base.log[position - 1]
        return PushFacts(browser, said.event, said.room, said.event.author_name.title(), 1, False)


@dataclass
class Posted:
    at: float
    url: str
    headers: Mapping[str, str]
    body: bytes


class FakeServices:
    """``plan``: what comes of the next posts: a status, an Answer, a NoAnswer, or a Deferred of one
    of them; afterwards 201."""

    def __init__(self, time: Time) -> None:
        self.posts: list[Posted] = []
        self.plan: list[Any] = []
        self.under = 0
        self.most = 0
        self.stopped = False
        self._time = time

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        self.posts.append(Posted(self._time.now(), url, headers, body))
        found = self.plan.pop(0) if self.plan else 201
        self.under += 1
        self.most = max(self.most, self.under)
        try:
            if isinstance(found, Deferred):
                found = await found
        finally:
            self.under -= 1
        if isinstance(found, NoAnswer):
            raise found
        return found if isinstance(found, Answer) else Answer(found)

    async def stop(self) -> None:
        self.stopped = True


class Stage:
    """Somebody says something to bob, who has a phone."""

    def __init__(self, **settings: Any) -> None:
        self.time = Time()
        self.store = FakePushStore()
        self.services = FakeServices(self.time)
        self.here: set[str] = set()
        self.open: set[str] = set()
        self.keys: dict[str, Subscribed] = {}
        self.settings = PushSettings(**settings)
        self.push = self._made()
        self.browser("phone")

    def _made(self) -> Push:
        return Push(
            self.settings,
            self.store,
            self.services,
            Vapid(
                ec.generate_private_key(ec.SECP256R1()),
                "mailto:ops@example.org",
                lambda: self.time.wall() // 1000,
            ),
            self.time.reactor,
            self.time,
            render=render,
            present=lambda person: person in self.here,
            connected=lambda person, session: session in self.open,
            random=bytes,
            fraction=lambda: 1.0,
        )

    def browser(self, name: str, person: str = "bob", **more: Any) -> None:
        keys = self.keys[name] = Subscribed()
        url = f"https://push.example.net/{name}"
        self.store.browsers[name] = SubscriptionRow(
            name, person, url, keys.point, keys.auth, more.get("text", False)
        )

    def start(self) -> "Stage":
        now(self.push.start())
        return self

    def stop(self) -> None:
        now(self.push.stop())
        assert self.services.stopped
        assert self.time.waits() == []

    def again(self) -> "Stage":
        """It ended, whatever it was about to do; the next life on the same store."""
        now(self.push.stop())
        self.services.stopped = False
        self.push = self._made()
        return self.start()

    def say(self, *hears: str, room: str = "ab", text: str = "hello") -> int:
        """What these browsers hear of; its position."""
        said = self.store.base.say(text, room=room, kind="direct", slug=None, at=self.time.wall())
        position = said.event.position
        self.store.hears[position] = list(hears or ("phone",))
        self.push.committed([outcome(said)])
        return position

    def reads(self) -> None:
        """Everybody has read everything."""
        self.store.hears.clear()

    def wait(self, seconds: float) -> None:
        self.time.advance(seconds, step=0.5)

    @property
    def told(self) -> list[str]:
        return [post.url.rpartition("/")[2] for post in self.services.posts]


def now(awaitable: Awaitable[Any]) -> None:
    finished: list[Any] = []
    ensureDeferred(awaitable).addCallbacks(finished.append, finished.append)  # type: ignore[arg-type]
    assert finished == [None], finished


__all__ = ["BEGAN", "FakePushStore", "FakeServices", "Stage", "now"]
