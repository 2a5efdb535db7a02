"""The client that stays: coming back, resuming, sending again, staying away, stopping."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.python.failure import Failure

from chatd.client.client import Client, new_key
from chatd.client.errors import Disconnected, NotWelcome, Refused, Untrusted
from tests.client.fakes import Stage, seqs


@pytest.fixture
def stage() -> Stage:
    """A client that is live, with nothing open."""
    stage = Stage()
    stage.client.start()
    stage.welcome()
    return stage


def outcome(deferred: "Deferred[Any]") -> list[Any]:
    """Empty until it fired; then its result, or its exception."""
    found: list[Any] = []

    def take(result: Any) -> None:
        found.append(result.value if isinstance(result, Failure) else result)

    deferred.addBoth(take)
    return found


# Connecting.


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


# Events.


def test_events_of_open_rooms_arrive_once_and_in_order(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    stage.event("tea", 5, 11)
    stage.event("tea", 5, 11)
    stage.event("milk", 9, 12)
    stage.event("tea", 6, 13)
    assert seqs(stage.events) == [("tea", 5), ("tea", 6)]


def test_it_resumes_where_it_was_before_it_is_live(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    stage.event("tea", 5, 11)
    stage.drop(1012)
    stage.welcome()
    assert stage.client.state == "connecting"
    sent = stage.connection.sent[-1]
    assert (sent["type"], sent["rooms"], sent["cursor"]) == ("resume", ["tea"], "e.11")
    page = [{"room": "tea", "seq": 6, "cursor": "e.12"}]
    stage.reply("resumed", resumed=True, cursor="e.12", events=page, more=True)
    assert stage.connection.sent[-1]["cursor"] == "e.12"
    page = [{"room": "tea", "seq": 7, "cursor": "e.14"}]
    state = [{"room": "tea", "seq": 7}]
    stage.reply("resumed", resumed=True, cursor="e.15", events=page, rooms=state)
    assert stage.client.state == "live"
    assert seqs(stage.events) == [("tea", 5), ("tea", 6), ("tea", 7)]
    assert stage.lost == []


def test_history_that_the_server_cannot_tell_is_told_as_lost(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    stage.drop()
    stage.welcome()
    stage.reply("resumed", resumed=False, cursor="f.2", rooms=[{"room": "tea", "seq": 2}])
    assert (stage.lost, stage.client.state) == ([["tea"]], "live")


@pytest.mark.parametrize(
    "trouble",
    [
        {"type_": "message", "room": "tea", "seq": 6, "cursor": "e.12"},
        {"type_": "heartbeat", "time": 0, "heads": 5},
        {"type_": "resync", "reason": "slow"},
    ],
    ids=lambda trouble: trouble["type_"],
)
def test_what_is_missing_on_a_live_connection_is_fetched(
    stage: Stage, trouble: dict[str, Any]
) -> None:
    stage.open("tea", 4, 10)
    stage.say(**trouble)
    assert stage.connection.sent[-1]["type"] == "resume"
    asked = len(stage.connection.sent)
    stage.say("resync", reason="slow")
    assert len(stage.connection.sent) == asked
    events = [{"room": "tea", "seq": 5, "cursor": "e.11"}]
    state = [{"room": "tea", "seq": 5}]
    stage.reply("resumed", resumed=True, cursor="e.12", events=events, rooms=state)
    assert seqs(stage.events) == [("tea", 5)]
    assert stage.client.state == "live"


def test_a_heartbeat_that_agrees_asks_for_nothing(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    asked = len(stage.connection.sent)
    stage.say("heartbeat", time=0, heads=4)
    assert len(stage.connection.sent) == asked


def test_a_resume_refused_for_a_while_is_tried_on_the_next_connection(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    stage.drop()
    stage.welcome()
    stage.reply("error", code="unavailable", message="", retry=True, retry_after=2.0)
    stage.clock.advance(2.0)
    assert stage.client.state == "waiting"
    stage.clock.advance(8.0)
    stage.welcome()
    assert stage.connection.sent[-1]["cursor"] == "e.10"


def test_a_cut_that_was_due_does_not_hit_the_next_connection(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    stage.drop()
    stage.welcome()
    stage.reply("error", code="unavailable", message="", retry=True, retry_after=20.0)
    stage.connection.go(None)
    stage.clock.advance(8.0)
    stage.welcome()
    stage.reply("resumed", resumed=True, cursor="e.10", rooms=[{"room": "tea", "seq": 4}])
    stage.clock.advance(20.0)
    assert stage.client.state == "live"


def test_a_resume_refused_for_good_begins_anew(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    stage.drop()
    stage.welcome()
    stage.reply("error", code="bad-field", message="")
    assert (stage.client.state, stage.lost, stage.client.book.heads) == ("live", [["tea"]], {})


def test_a_room_that_one_was_put_out_of_is_not_resumed(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    stage.say("room_removed", room="tea")
    stage.drop()
    stage.welcome()
    assert stage.connection.sent == []
    assert stage.client.state == "live"


def test_a_closed_room_stays_closed(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    closed = outcome(Deferred.fromCoroutine(stage.client.close("tea")))
    stage.drop()
    assert closed == [None]
    stage.welcome()
    assert stage.connection.sent == []


@pytest.mark.logs_errors("the caller's")
def test_a_fault_in_a_callback_does_not_stop_the_client() -> None:
    def fail(_: Any) -> None:
        raise RuntimeError("the caller's")

    stage = Stage(on_event=fail, on_state=fail, on_signal=fail, on_lost_history=fail)
    stage.client.start()
    stage.welcome()
    stage.open("tea", 4, 10)
    stage.event("tea", 5, 11)
    stage.say("typing", room="tea", users=[], count=0)
    assert (stage.client.state, stage.client.book.heads) == ("live", {"tea": 5})


# Commands.


def test_a_reply_reaches_the_one_who_asked(stage: Stage) -> None:
    first, second = stage.client.ask("rooms"), stage.client.ask("members", room="tea")
    (_, one), (_, two) = stage.asked()
    stage.say("members", id=two, members=[])
    stage.say("rooms", id=one, rooms=[])
    assert outcome(first)[0]["type"] == "rooms"
    assert outcome(second)[0]["type"] == "members"


def test_all_pages_of_ones_rooms_are_read(stage: Stage) -> None:
    read = outcome(Deferred.fromCoroutine(stage.client.rooms()))
    pages = [["a", "b"], ["c"]]
    for number, page in enumerate(pages, 1):
        (_, asked) = stage.asked()[-1]
        rooms = [{"room": room, "seq": 1} for room in page]
        stage.say("rooms", id=asked, rooms=rooms, more=number < len(pages))
    assert [room["room"] for room in read[0]] == ["a", "b", "c"]
    assert [frame.get("after") for frame in stage.connection.sent] == [None, "b"]


def test_a_refusal_is_the_askers(stage: Stage) -> None:
    asked = outcome(stage.client.ask("join", key="k", room="tea"))
    stage.reply("error", code="banned", message="You are banned.")
    (error,) = asked
    assert isinstance(error, Refused)
    assert (error.code, str(error)) == ("banned", "banned: You are banned.")


def test_a_command_with_a_key_is_sent_until_it_is_answered(stage: Stage) -> None:
    said = [stage.client.send("tea", text) for text in ("one", "two")]
    first = list(stage.connection.sent)
    stage.drop()
    later = stage.client.send("tea", "three")
    stage.welcome()
    again = list(stage.connection.sent)
    assert again[:2] == first
    assert [frame["text"] for frame in again] == ["one", "two", "three"]
    assert len({frame["key"] for frame in again}) == 3
    for frame in again:
        stage.say("done", id=frame["id"], room="tea", seq=frame["id"])
    assert [outcome(one)[0]["seq"] for one in [*said, later]] == [f["id"] for f in again]
    stage.drop()
    stage.welcome()
    assert stage.connection.sent == []


def test_a_command_without_a_key_fails_with_its_connection(stage: Stage) -> None:
    asked = outcome(stage.client.ask("rooms"))
    stage.connection.go(1012, "restart")
    assert isinstance(asked[0], Disconnected)
    assert isinstance(outcome(stage.client.ask("rooms"))[0], Disconnected)


def test_a_room_is_opened_on_the_next_connection_if_this_one_goes(stage: Stage) -> None:
    opened = outcome(Deferred.fromCoroutine(stage.client.open("tea", limit=3)))
    stage.drop()
    stage.welcome()
    assert stage.connection.sent[-1]["limit"] == 3
    stage.reply("opened", room={"room": "tea", "seq": 4}, cursor="e.10")
    assert opened[0]["room"]["seq"] == 4


def test_a_keyed_command_refused_for_a_while_is_sent_again(stage: Stage) -> None:
    said = outcome(stage.client.send("tea", "hello", key="k1"))
    refusal = {"code": "rate-limited", "message": "", "retry": True}
    stage.reply("error", **refusal, retry_after=0.001)
    stage.clock.advance(0.1)
    stage.reply("error", **refusal)
    stage.clock.advance(4.0)
    assert [frame["key"] for frame in stage.connection.sent] == ["k1", "k1", "k1"]
    assert stage.connection.sent[0] == stage.connection.sent[2]
    stage.reply("done", room="tea", seq=3)
    assert said[0]["seq"] == 3
    stage.clock.advance(60.0)
    assert stage.client.state != "live" or len(stage.connection.sent) == 3


def test_one_that_waits_to_be_sent_again_goes_once_over_the_next_connection(stage: Stage) -> None:
    stage.client.send("tea", "hello")
    stage.reply("error", code="busy", message="", retry=True, retry_after=20.0)
    stage.connection.go(None)
    stage.clock.advance(1.0)
    stage.welcome()
    stage.clock.advance(30.0)
    assert len(stage.connection.sent) == 1


def test_an_unkeyed_refusal_is_never_sent_again(stage: Stage) -> None:
    asked = outcome(stage.client.ask("history", room="tea"))
    stage.reply("error", code="rate-limited", message="", retry=True, retry_after=0.5)
    stage.clock.advance(2.0)
    assert isinstance(asked[0], Refused)
    assert asked[0].retry_after == 0.5
    assert len(stage.connection.sent) == 1


def test_an_answer_that_nobody_waits_for_is_dropped(stage: Stage) -> None:
    stage.say("done", id=999, room="tea", seq=1)
    assert stage.signals == []


def test_an_error_about_no_command_is_a_signal(stage: Stage) -> None:
    stage.say("error", code="bad-json", message="")
    assert [signal["code"] for signal in stage.signals] == ["bad-json"]


def test_keys_differ() -> None:
    assert len({new_key() for _ in range(100)}) == 100


# The end.


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


def test_a_stopped_client_can_start_again(stage: Stage) -> None:
    stage.open("tea", 4, 10)
    stage.client.stop()
    stage.client.start()
    stage.client.start()
    assert len(stage.attempts) == 2
    stage.welcome()
    assert stage.connection.sent[-1]["cursor"] == "e.10"
