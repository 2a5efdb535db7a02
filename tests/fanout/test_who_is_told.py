"""Mentions, and what units want told: to whom it goes, and to nobody else."""

from chatd.engine.rows import EVERYONE, ToCompany, ToPerson
from chatd.wire.signals import RoomAdded
from tests.fanout.stage import Stage

SIGNAL = RoomAdded(room="somewhere")


def test_a_mention_reaches_those_who_do_not_have_the_room_open() -> None:
    stage = Stage(tea="ann bob carol")
    looking, _ = stage.attach("bob", "tea")
    elsewhere, _ = stage.attach("bob")
    other, _ = stage.attach("carol")
    stage.log.say("tea", "ann", mentions=("bob",))
    stage.deliver()
    assert looking.signals("mentioned") == []
    [told] = elsewhere.signals("mentioned")
    assert (told["room"], told["seq"], told["from"]) == ("tea", 4, "ann")
    assert other.signals("mentioned") == []


def test_everyone_is_everyone_but_the_author() -> None:
    stage = Stage(tea="ann bob carol", jam="dave")
    listeners = {user: stage.attach(user)[0] for user in ("ann", "bob", "carol", "dave")}
    stage.log.say("tea", "ann", mentions=(EVERYONE,))
    stage.deliver()
    heard = {user: len(each.signals("mentioned")) for user, each in listeners.items()}
    assert heard == {"ann": 0, "bob": 1, "carol": 1, "dave": 0}


def test_what_is_for_one_person_goes_to_all_their_connections_alone() -> None:
    stage = Stage(tea="ann bob")
    first, _ = stage.attach("ann", "tea")
    second, _ = stage.attach("ann")
    bob, _ = stage.attach("bob", "tea")
    stage.hub.audience.tell([ToPerson("ann", SIGNAL)])
    stage.clock.turn()
    assert len(first.signals("room_added")) == len(second.signals("room_added")) == 1
    assert bob.signals("room_added") == []


def test_what_is_about_a_person_goes_once_to_those_who_look_at_a_small_room_of_theirs() -> None:
    crowd = " ".join(f"u{number}" for number in range(200))
    stage = Stage(tea="ann bob", jam="ann bob carol", hall=f"ann dave {crowd}", den="erin")
    stage.attach("ann")
    bob, _ = stage.attach("bob", "tea", "jam")
    carol, _ = stage.attach("carol")
    dave, _ = stage.attach("dave", "hall")
    erin, _ = stage.attach("erin", "den")
    stage.hub.audience.tell([ToCompany("ann", SIGNAL)])
    stage.clock.turn()
    assert len(bob.signals("room_added")) == 1
    for other in (carol, dave, erin):
        assert other.signals("room_added") == []


def test_another_node_hears_it_too() -> None:
    here, there = Stage(tea="ann bob"), Stage(tea="ann bob")
    here.hub.audience.publish = lambda note: there.hub.audience.heard("here", note)
    here.attach("ann", "tea")
    ann, _ = there.attach("ann")
    bob, _ = there.attach("bob", "tea")
    here.hub.audience.tell([ToPerson("ann", SIGNAL), ToCompany("ann", SIGNAL)])
    there.clock.turn()
    assert len(ann.signals("room_added")) == 1
    assert len(bob.signals("room_added")) == 1
