"""A block between two people: neither hears when the other is there, and others hear all of it."""

from chatd.engine.rows import EVERYONE, Shun, ToCompany
from chatd.fanout.news import MOMENT
from chatd.fanout.subscriber import Subscriber
from chatd.wire.signals import RoomAdded
from tests.fakes.listener import Listener
from tests.fanout.stage import Stage

SIGNAL = RoomAdded(room="somewhere")


def seen(listener: Listener) -> list[tuple[str, str]]:
    return [(frame["user"], frame["state"]) for frame in listener.signals("presence")]


def attach(stage: Stage, user: str, *rooms: str, shuns: str = "") -> tuple[Listener, Subscriber]:
    listener, subscriber = stage.attach(user, *rooms)
    subscriber.shuns(frozenset(shuns.split()))
    return listener, subscriber


def test_the_two_see_each_other_leave_and_come_back_and_a_third_sees_nothing() -> None:
    stage = Stage(tea="ann bob cat")
    ann, ann_there = attach(stage, "ann", "tea")
    again, _ = attach(stage, "ann", "tea")
    bob, bob_there = attach(stage, "bob", "tea")
    cat, cat_there = attach(stage, "cat", "tea")
    stage.hub.audience.tell([Shun("ann", "bob", True)])
    stage.clock.advance(MOMENT)
    assert seen(ann) == seen(again) == [("bob", "offline")]
    assert seen(bob) == [("ann", "offline")]
    assert ann_there.who_is_here("tea") == {"ann": "online", "cat": "online"}
    assert bob_there.who_is_here("tea") == {"bob": "online", "cat": "online"}
    assert cat_there.who_is_here("tea") == {"ann": "online", "bob": "online", "cat": "online"}
    stage.hub.audience.tell([Shun("ann", "bob", True)])
    stage.clock.advance(MOMENT)
    assert seen(ann) == [("bob", "offline")], "told once"
    bob_there.presence("away")
    stage.hub.audience.tell([Shun("bob", "ann", False)])
    stage.clock.advance(MOMENT)
    assert seen(ann)[1:] == [("bob", "away")]
    assert seen(bob) == [("ann", "offline"), ("bob", "away"), ("ann", "online")]
    assert seen(cat) == [("bob", "away")]


def test_coming_and_going_status_and_calls_do_not_reach_who_shuns() -> None:
    stage = Stage(tea="ann bob cat")
    ann, _ = attach(stage, "ann", "tea", shuns="bob")
    elsewhere, _ = attach(stage, "ann")
    cat, _ = attach(stage, "cat", "tea")
    also, _ = attach(stage, "cat")
    _, bob = attach(stage, "bob", "tea", shuns="ann")
    bob.presence("away")
    stage.hub.audience.tell([ToCompany("bob", SIGNAL)])
    stage.log.say("tea", "bob", mentions=(EVERYONE,))
    stage.deliver()
    bob.detach()
    stage.clock.advance(11)
    assert seen(ann) == ann.signals("room_added") == elsewhere.signals("mentioned") == []
    assert seen(cat) == [("bob", "away"), ("bob", "offline")]
    assert len(cat.signals("room_added")) == len(also.signals("mentioned")) == 1


def test_what_becomes_known_before_the_store_has_answered_is_newer() -> None:
    stage = Stage(tea="ann bob cat dan")
    attach(stage, "bob", "tea")
    listener = Listener()
    ann = stage.hub.attach("ann", "Ann", listener)
    stage.hub.audience.tell([Shun("ann", "bob", True), Shun("cat", "ann", False)])
    ann.shuns(frozenset({"cat", "dan"}))
    assert ann.person.shuns == {"bob", "dan"}
    ann.shuns(frozenset({"cat"}))
    assert ann.person.shuns == {"bob", "dan"}, "a second connection's answer is no newer"
    assert ann.person in stage.hub.books.shunning


def test_where_nobody_shuns_anybody_nobody_is_asked_about() -> None:
    stage = Stage(tea="ann bob")
    attach(stage, "ann", "tea")
    _, bob = attach(stage, "bob", "tea")
    assert not stage.hub.books.shunning
    stage.hub.audience.tell([Shun("ann", "bob", True)])
    assert len(stage.hub.books.shunning) == 2
    stage.hub.audience.tell([Shun("ann", "bob", False)])
    assert not stage.hub.books.shunning
    stage.hub.audience.tell([Shun("ann", "bob", True)])
    bob.detach()
    assert [person.user for person in stage.hub.books.shunning] == ["ann"]


def test_another_node_keeps_the_two_apart_as_well() -> None:
    here, there = Stage(tea="ann bob"), Stage(tea="ann bob")
    here.hub.audience.publish = lambda note: there.hub.audience.heard("here", note)
    there.hub.audience.publish = lambda note: here.hub.audience.heard("there", note)
    ann, _ = attach(here, "ann", "tea")
    bob, bob_there = attach(there, "bob", "tea")
    here.clock.turn()
    here.hub.audience.tell([Shun("ann", "bob", True)])
    for stage in (here, there):
        stage.clock.advance(MOMENT)
    assert seen(ann)[-1] == ("bob", "offline") and seen(bob)[-1] == ("ann", "offline")
    assert bob_there.who_is_here("tea") == {"bob": "online"}
    there.hub.audience.tell([ToCompany("bob", SIGNAL)])
    here.clock.turn()
    assert ann.signals("room_added") == []
    here.hub.audience.tell([Shun("ann", "bob", False)])
    for stage in (here, there):
        stage.clock.advance(MOMENT)
    assert seen(ann)[-1] == ("bob", "online") and seen(bob)[-1] == ("ann", "online")
