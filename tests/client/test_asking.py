"""What a client asks: answered, refused, or sent again until it is."""

from twisted.internet.defer import Deferred

from chatd.client.client import new_key
from chatd.client.errors import Disconnected, Refused
from tests.client.fakes import Stage, outcome


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
    said.append(stage.client.send("tea", "three"))
    stage.welcome()
    assert stage.connection.sent == first
    for _ in said:
        stage.reply("done", room="tea", seq=stage.connection.sent[-1]["id"])
    again = list(stage.connection.sent)
    assert [frame["text"] for frame in again] == ["one", "two", "three"]
    assert len({frame["key"] for frame in again}) == 3
    assert [outcome(one)[0]["seq"] for one in said] == [frame["id"] for frame in again]
    stage.drop()
    stage.welcome()
    assert stage.connection.sent == []


def test_what_is_said_at_once_stays_in_order_though_the_first_is_put_off(stage: Stage) -> None:
    stored: list[str] = []
    answered = 0
    for text in ("first", "second"):
        stage.client.send("tea", text)
    for _ in range(4):
        for frame in stage.connection.sent[answered:]:
            answered += 1
            if answered == 1:
                refusal = {"code": "busy", "message": "", "retry": True, "retry_after": 0.2}
                stage.say("error", id=frame["id"], **refusal)
            else:
                stored.append(frame["text"])
                stage.say("done", id=frame["id"], room="tea", seq=len(stored))
        stage.clock.advance(1.0)
    assert stored == ["first", "second"]


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


def test_nothing_is_opened_while_the_connection_is_closed_for_good(stage: Stage) -> None:
    stage.connection.close = lambda: None  # type: ignore[method-assign]
    stage.client.stop()
    assert isinstance(outcome(stage.client.live())[0], Disconnected)
    opened = outcome(Deferred.fromCoroutine(stage.client.open("tea")))
    assert isinstance(opened[0], Disconnected)


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
