"""The client library and the real daemon, over wss."""

import signal
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import pytest_twisted
from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults
from twisted.internet.task import deferLater
from twisted.internet.threads import deferToThread

from chatd.client.backoff import Backoff
from chatd.client.client import Client
from chatd.client.connection import trust_root
from chatd.client.errors import NotWelcome, Refused
from chatd.client.http import Api, Problem
from tests.client.fakes import seqs
from tests.daemon import Daemon

SECONDS = 20.0
PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("chatd")) as daemon:
        yield daemon


class Person:
    def __init__(self, daemon: Daemon, token: str) -> None:
        async def headers() -> dict[str, str]:
            return {"Authorization": f"Bearer {token}"}

        self.events: list[dict[str, Any]] = []
        self.client = Client(
            reactor,
            daemon.ws_url,
            headers,
            trust=trust_root(daemon.ca),
            on_event=self.events.append,
            backoff=Backoff(lambda: 0.5, first=0.1, most=0.5),
        )

    async def until(self, count: int) -> None:
        while len(self.events) < count:
            await deferLater(reactor, 0.01)


class Cast:
    """People who are stopped at the end of the test."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.people: list[Person] = []

    async def arrive(self, name: str) -> Person:
        person = Person(self.daemon, self.daemon.token(name))
        self.people.append(person)
        person.client.start()
        await person.client.live().addTimeout(SECONDS, reactor)
        return person

    async def room(self, owner: Person, *others: Person) -> str:
        key = f"room-{id(self)}"
        room = str((await owner.client.ask("create_room", key=key, name="Tea"))["room"])
        for person in others:
            await person.client.ask("join", key=key, room=room)
        for person in (owner, *others):
            await person.client.open(room)
        return room


@pytest_twisted.async_yield_fixture
async def cast(daemon: Daemon) -> AsyncIterator[Cast]:
    if not daemon.running:
        daemon.start()
    cast = Cast(daemon)
    yield cast
    await gatherResults([person.client.stop() for person in cast.people])


@pytest_twisted.ensureDeferred
async def test_people_log_in_change_nothing_without_proof_and_log_out(daemon: Daemon) -> None:
    api = Api(reactor, daemon.url, trust_root(daemon.ca))
    daemon.user("anna", PASSWORD, admin=True)
    with pytest.raises(Problem) as caught:
        await api.login("anna", "wrong horse battery")
    assert caught.value.status in (401, 403)
    anna = await api.login("anna", PASSWORD)
    assert anna.name == "anna"
    invitation = await api.as_user(anna, "POST", "/api/invitations", {"uses": 1})
    ben = await api.register(invitation["secret"], "ben", PASSWORD)
    assert (ben.name, ben.user == anna.user) == ("ben", False)


@pytest_twisted.ensureDeferred
async def test_what_one_says_the_other_hears_across_a_cut(cast: Cast) -> None:
    alice, bob = await cast.arrive("alice"), await cast.arrive("bob")
    room = await cast.room(alice, bob)
    head = bob.client.book.heads[room]
    await alice.client.send(room, "one")
    bob.client.cut()
    await alice.client.send(room, "two")
    await Deferred.fromCoroutine(bob.until(2)).addTimeout(SECONDS, reactor)
    assert seqs(bob.events) == [(room, head + 1), (room, head + 2)]
    assert [event["text"] for event in bob.events] == ["one", "two"]
    assert bob.client.connections == 2


@pytest_twisted.ensureDeferred
async def test_a_message_survives_the_daemon_it_was_said_to(cast: Cast) -> None:
    alice = await cast.arrive("alice")
    room = await cast.room(alice)
    cast.daemon.signal(signal.SIGSTOP)
    said = alice.client.send(room, "are you there?")
    await deferLater(reactor, 0.05)
    cast.daemon.kill()
    await deferToThread(cast.daemon.start)
    reply = await said.addTimeout(SECONDS, reactor)
    await Deferred.fromCoroutine(alice.until(1)).addTimeout(SECONDS, reactor)
    assert [event["seq"] for event in alice.events] == [reply["seq"]]


@pytest_twisted.ensureDeferred
async def test_one_key_has_one_effect(cast: Cast) -> None:
    alice = await cast.arrive("alice")
    room = await cast.room(alice)
    first = await alice.client.send(room, "hello", key="once")
    again = await alice.client.send(room, "hello", key="once")
    assert first["seq"] == again["seq"]
    with pytest.raises(Refused, match="conflict"):
        await alice.client.send(room, "something else", key="once")


@pytest_twisted.ensureDeferred
async def test_whoever_is_shut_out_stays_out(cast: Cast) -> None:
    mallory = await cast.arrive("mallory")
    live = Deferred.fromCoroutine(gone(mallory.client))
    cast.daemon.ask("user_disable", name="mallory")
    await live.addTimeout(SECONDS, reactor)
    error = mallory.client.error
    assert isinstance(error, NotWelcome), error
    assert 4500 <= error.code < 5000
    mallory.client.start()
    with pytest.raises(NotWelcome) as caught:
        await mallory.client.live().addTimeout(SECONDS, reactor)
    assert caught.value.code == 401


async def gone(client: Client) -> None:
    while client.state != "stopped":
        await deferLater(reactor, 0.01)


@pytest_twisted.ensureDeferred
async def test_a_stop_in_the_middle_of_a_handshake_leaves_nothing(daemon: Daemon) -> None:
    person = Person(daemon, "chatd_t_unknown")
    daemon.signal(signal.SIGSTOP)
    try:
        person.client.start()
        await deferLater(reactor, 0.05)
        await person.client.stop()
    finally:
        daemon.signal(signal.SIGCONT)
    assert person.client.state == "stopped"
