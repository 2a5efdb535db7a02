"""The client that stays: coming back, staying away, stopping."""

import pytest
from twisted.internet.task import Clock

from chatd.client.client import Client
from chatd.client.errors import Disconnected, NotWelcome, Untrusted
from tests.client.fakes import Stage, outcome


def test_it_is_live_when_the_server_has_spoken() -> None:
    stage = Stage()
    live = None
    stage.client.start()
    live = outcome(stage.client.live())
    stage.accept()
    assert (stage.client.state, live) == ("connecting", [])
    stage.say("welcome", user="u1", name="alice", heartbeat=25.0, cursor="e.1")
    assert (stage.states, live) == (["connecting", "live"], [None])


def test_failed_attempts_come_ever_later_each_with_fresh_headers() -> None:
    stage = Stage()
    stage.client.start()
    waits = []
    for _ in range(5):
        stage.attempts[-1].errback(Disconnected("no route"))
        before = stage.clock.seconds()
        tries = len(stage.attempts)
        while len(stage.attempts) == tries:
            stage.clock.advance(1.0)
        waits.append(stage.clock.seconds() - before)
    assert waits == [1, 2, 4, 8, 8]
    assert [headers["Authorization"] for headers in stage.headers] == [
        f"Bearer {count}" for count in range(6)
    ]


def test_one_that_held_counts_as_a_new_beginning_and_one_that_did_not_does_not(
    stage: Stage,
) -> None:
    stage.connection.go(1011)
    stage.clock.advance(1.0)
    stage.welcome()
    stage.connection.go(1011)
    stage.clock.advance(1.9)
    assert len(stage.attempts) == 2
    stage.clock.advance(0.1)
    stage.welcome()
    stage.clock.advance(5.0)
    stage.connection.go(1011)
    stage.clock.advance(1.0)
    assert len(stage.attempts) == 4


def test_a_certificate_that_convinces_nobody_is_told_and_tried_again() -> None:
    stage = Stage()
    stage.client.start()
    stage.attempts[-1].errback(Untrusted("another name"))
    assert isinstance(stage.client.error, Untrusted)
    assert stage.client.state == "waiting"


def test_headers_that_cannot_be_had_are_asked_for_again() -> None:
    failing = [True]

    async def headers() -> dict[str, str]:
        if failing:
            failing.pop()
            raise RuntimeError("the ticket office is closed")
        return {}

    stage = Stage()
    client = Client(stage.clock, "wss://h/ws", headers, connector=stage._connect)
    client.start()
    assert (client.state, stage.attempts) == ("waiting", [])
    stage.clock.advance(1.0)
    assert len(stage.attempts) == 1


@pytest.mark.parametrize("url", ["ws://chat.example/ws", "https://chat.example/ws", "wss:///ws"])
def test_an_address_without_tls_is_refused_at_once(url: str) -> None:
    async def headers() -> dict[str, str]:
        return {}

    with pytest.raises(ValueError, match="TLS"):
        Client(Clock(), url, headers)


def test_silence_means_that_the_connection_is_dead(stage: Stage) -> None:
    stage.clock.advance(34.0)
    stage.say("heartbeat", time=0, heads=0)
    stage.clock.advance(34.9)
    assert stage.client.state == "live"
    stage.clock.advance(0.1)
    assert stage.client.state == "waiting"


def test_a_server_that_never_speaks_is_left() -> None:
    stage = Stage()
    stage.client.start()
    stage.accept()
    stage.clock.advance(35.0)
    assert stage.client.state == "waiting"


@pytest.mark.parametrize("code", [1002, 1008, 4500, 4501, 4502, 4504, 4999])
def test_a_code_that_says_stay_away_ends_it(stage: Stage, code: int) -> None:
    said = outcome(stage.client.send("tea", "hello"))
    stage.connection.go(code, "the reason")
    assert (stage.client.state, stage.clock.getDelayedCalls()) == ("stopped", [])
    assert isinstance(stage.client.error, NotWelcome)
    assert stage.client.error.code == code
    assert said == [stage.client.error]
    assert outcome(stage.client.live()) == [stage.client.error]


@pytest.mark.parametrize("code", [None, 1001, 1011, 1012, 1013, 4000, 4001, 4002, 4100])
def test_any_other_code_means_come_back(stage: Stage, code: int | None) -> None:
    stage.drop(code)
    assert len(stage.attempts) == 2


def test_it_comes_back_no_sooner_than_the_server_said(stage: Stage) -> None:
    stage.say("bye", code=1012, reason="restart", retry_after=7.0)
    stage.connection.go(1012, "restart")
    stage.clock.advance(6.9)
    assert len(stage.attempts) == 1
    stage.clock.advance(7.2)
    assert len(stage.attempts) == 2
    assert [signal["type"] for signal in stage.signals] == ["bye"]


def test_a_refused_handshake_ends_it() -> None:
    stage = Stage()
    stage.client.start()
    live = outcome(stage.client.live())
    stage.attempts[-1].errback(NotWelcome(401, "Unauthorized"))
    assert stage.client.state == "stopped"
    assert isinstance(live[0], NotWelcome)


def test_a_full_server_is_waited_for_as_long_as_it_says() -> None:
    stage = Stage()
    stage.client.start()
    stage.attempts[-1].errback(Disconnected("503", retry_after=6.0))
    stage.clock.advance(5.9)
    assert len(stage.attempts) == 1
    stage.clock.advance(6.1)
    assert len(stage.attempts) == 2


@pytest.mark.parametrize(
    "moment", ["never started", "connecting", "accepted", "live", "waiting", "refused for a while"]
)
def test_after_a_stop_nothing_is_left(moment: str) -> None:
    stage = Stage()
    client = stage.client
    if moment != "never started":
        client.start()
    if moment == "accepted":
        stage.accept()
    elif moment not in ("never started", "connecting"):
        stage.welcome()
    said = []
    if moment == "refused for a while":
        said = outcome(client.send("tea", "hello"))
        stage.reply("error", code="busy", message="", retry=True, retry_after=9.0)
    if moment == "waiting":
        said = outcome(client.send("tea", "hello"))
        stage.connection.go(1012)
    stopped = outcome(client.stop())
    stage.clock.advance(0)
    assert (stopped, client.state) == ([None], "stopped")
    assert stage.clock.getDelayedCalls() == []
    assert all(isinstance(error, Disconnected) for error in said)
    assert bool(said) == (moment in ("waiting", "refused for a while"))
    assert isinstance(outcome(client.send("tea", "more"))[0], Disconnected)


def test_a_stop_asked_for_twice_ends_both(stage: Stage) -> None:
    stage.connection.close = lambda: None  # type: ignore[method-assign]
    one, two = outcome(stage.client.stop()), outcome(stage.client.stop())
    with pytest.raises(RuntimeError, match="stopping"):
        stage.client.start()
    stage.connection.go(1000)
    assert (one, two) == ([None], [None])


def test_a_stop_asked_for_twice_while_it_connects_ends_no_later_run() -> None:
    stage = Stage()
    stage.client.start()
    one, two = outcome(stage.client.stop()), outcome(stage.client.stop())
    with pytest.raises(RuntimeError, match="stopping"):
        stage.client.start()
    stage.clock.advance(0)
    assert (one, two) == ([None], [None])
    stage.client.start()
    stage.clock.advance(0)
    stage.welcome()
    assert stage.client.state == "live"


def test_a_stopped_client_can_start_again(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    stage.client.stop()
    stage.client.start()
    stage.client.start()
    assert len(stage.attempts) == 2
    stage.welcome()
    assert stage.connection.sent[-1]["cursor"] == "e.10"


def test_what_is_about_to_end_is_renewed_with_a_fresh_token() -> None:
    async def renew() -> str:
        return "fresh"

    stage = Stage(renew=renew)
    stage.client.start()
    stage.welcome()
    stage.say("ending", expires=60_000)
    sent = stage.connection.sent[-1]
    assert (sent["type"], sent["token"]) == ("renew", "fresh")
    stage.reply("renewed", expires=900_000)
    assert stage.client.state == "live"
    assert [signal["type"] for signal in stage.signals] == ["ending"]


def test_a_renewal_that_is_refused_leaves_the_connection_until_its_end() -> None:
    async def renew() -> str:
        return "somebody else's"

    stage = Stage(renew=renew)
    stage.client.start()
    stage.welcome()
    stage.say("ending", expires=60_000)
    stage.reply("error", code="forbidden", message="This token is about somebody else.")
    assert stage.client.state == "live"
    stage.connection.go(4001, "Your sign-in ended")
    assert stage.client.state == "waiting"


def test_without_a_way_to_renew_nothing_is_asked(stage: Stage) -> None:
    before = len(stage.connection.sent)
    stage.say("ending", expires=60_000)
    assert len(stage.connection.sent) == before
