"""What a client hears: every event once and in order, over any number of connections."""

from typing import Any

import pytest
from twisted.internet.defer import Deferred

from tests.client.fakes import Stage, outcome, seqs


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
