from typing import Any

from chatd.engine.rows import Shun
from chatd.fanout.news import MOMENT
from chatd.fanout.notes import Lease, Leases
from chatd.fanout.presence import Presence
from tests.fakes.clock import FakeClock
from tests.fakes.listener import Listener
from tests.fanout.cluster import Cluster
from tests.fanout.stage import Stage


def seen(listener: Listener) -> list[tuple[str, str]]:
    return [(frame["user"], frame["state"]) for frame in listener.signals("presence")]


def test_coming_and_going_is_told_to_those_who_look_once_for_each_connection() -> None:
    stage = Stage(tea="ann bob", jam="ann bob", den="cat")
    bob, _ = stage.attach("bob", "tea", "jam")
    second, _ = stage.attach("bob")
    cat, _ = stage.attach("cat", "den")
    listener = Listener()
    ann = stage.hub.attach("ann", "Ann", listener)
    stage.clock.turn()
    assert seen(bob) == []
    ann.memberships(stage.log.rooms_of("ann"), stage.log.position)
    ann.release()
    stage.clock.turn()
    assert seen(bob) == [("ann", "online")]
    ann.detach()
    stage.clock.advance(9.9)
    assert seen(bob) == [("ann", "online")]
    stage.clock.advance(0.2)
    assert seen(bob) == [("ann", "online"), ("ann", "offline")]
    assert second.writes == [] and cat.writes == []


def test_coming_back_within_the_grace_causes_no_signal_also_for_who_was_away() -> None:
    for state in ("online", "away"):
        stage = Stage(tea="ann bob")
        bob, watcher = stage.attach("bob", "tea")
        _, ann = stage.attach("ann")
        ann.presence(state)
        stage.clock.turn()
        bob.take()
        for _ in range(5):
            ann.detach()
            stage.clock.advance(9)
            assert watcher.who_is_here("tea") == {"ann": state, "bob": "online"}
            _, ann = stage.attach("ann")
        stage.clock.advance(60)
        assert seen(bob) == []
        assert watcher.who_is_here("tea") == {"ann": state, "bob": "online"}


def test_one_is_away_when_all_connections_say_so() -> None:
    stage = Stage(tea="ann bob")
    bob, watcher = stage.attach("bob", "tea")
    _, first = stage.attach("ann")
    _, second = stage.attach("ann")
    first.presence("away")
    stage.clock.turn()
    assert seen(bob) == []
    second.presence("away")
    stage.clock.turn()
    assert seen(bob) == [("ann", "away")]
    stage.clock.advance(MOMENT)
    first.presence("online")
    first.detach()
    stage.clock.advance(MOMENT)
    assert seen(bob)[1:] == [("ann", "online"), ("ann", "away")]
    assert watcher.who_is_here("tea") == {"ann": "away", "bob": "online"}


def test_the_first_who_comes_is_told_at_once_and_all_who_follow_together() -> None:
    people = [f"u{number}" for number in range(100)]
    stage = Stage(tea=f"bob {' '.join(people)}")
    bob, _ = stage.attach("bob", "tea")
    for user in people:
        each = stage.hub.attach(user, user, Listener())
        each.memberships(stage.log.rooms_of(user), stage.log.position)
        each.release()
        stage.clock.turn()
    assert seen(bob) == [("u0", "online")]
    stage.clock.advance(MOMENT)
    assert seen(bob) == [(user, "online") for user in people]
    assert len(bob.writes) == 2


def test_what_changes_twice_in_a_moment_is_told_as_it_is_at_its_end() -> None:
    stage = Stage(tea="ann bob cat")
    bob, watcher = stage.attach("bob", "tea")
    _, ann = stage.attach("ann")
    _, cat = stage.attach("cat")
    for one in (watcher, ann):
        one.shuns(frozenset())
    bob.take()
    cat.presence("away")
    ann.presence("away")
    ann.presence("online")
    stage.hub.audience.tell([Shun("ann", "bob", True)])
    stage.clock.advance(MOMENT)
    assert seen(bob) == [("cat", "away"), ("ann", "offline")]


def test_who_shows_as_offline_is_not_here_and_their_going_is_not_told() -> None:
    stage = Stage(tea="ann bob")
    bob, watcher = stage.attach("bob", "tea")
    _, ann = stage.attach("ann")
    ann.presence("offline")
    stage.clock.turn()
    assert seen(bob) == [("ann", "offline")]
    assert watcher.who_is_here("tea") == {"bob": "online"}
    ann.detach()
    stage.clock.advance(60)
    assert len(seen(bob)) == 1
    assert stage.clock.waiting() == 0


def test_above_the_limit_nobody_is_told_and_nobody_is_listed() -> None:
    crowd = " ".join(f"u{number}" for number in range(199))
    stage = Stage(tea=f"ann bob {crowd}", jam="bob")
    bob, watcher = stage.attach("bob", "tea", "jam")
    stage.attach("ann")
    assert seen(bob) == []
    stage.attach("eve")
    stage.log.move("tea", "eve", True)
    stage.deliver()
    assert seen(bob) == []
    assert watcher.who_is_here("tea") == {}
    assert watcher.who_is_here("jam") == {"bob": "online"}
    assert watcher.who_is_here("den") == {}


def test_a_room_that_is_not_open_here_tells_nothing() -> None:
    stage = Stage(tea="ann")
    stage.attach("ann")
    _, watcher = stage.attach("bob")
    assert watcher.who_is_here("tea") == {}


def other_node(cluster: Cluster) -> tuple[Listener, Any]:
    """Bob looks at the room on node 1."""
    bob, watcher = cluster.attach(1, "bob", "tea")
    cluster.settle()
    bob.take()
    return bob, watcher


def test_other_nodes_are_told_and_a_connection_on_either_keeps_one_here() -> None:
    cluster = Cluster(2, "ann", "bob")
    bob, watcher = other_node(cluster)
    _, first = cluster.attach(0, "ann")
    cluster.settle()
    assert seen(bob) == [("ann", "online")]
    assert watcher.who_is_here("tea") == {"ann": "online", "bob": "online"}
    _, second = cluster.attach(1, "ann")
    first.detach()
    cluster.settle(30)
    assert seen(bob) == [("ann", "online")]
    second.detach()
    cluster.settle(11)
    assert seen(bob) == [("ann", "online"), ("ann", "offline")]
    assert watcher.who_is_here("tea") == {"bob": "online"}


def test_a_lease_that_comes_during_the_grace_does_not_forget_the_rooms_here() -> None:
    clock = FakeClock()
    told: list[tuple[str, str, set[str]]] = []
    presence = Presence(
        clock,
        clock,
        lambda user, state, rooms: told.append((user, state, set(rooms))),
        lambda note: None,
        lambda user: None,
    )
    presence.came("ann", "online", ("tea",))
    presence.went("ann", ("tea",))
    presence.lease("other", Leases(1, (Lease("ann", "away", ("jam",)),)))
    assert presence.elsewhere("tea") == presence.elsewhere("jam") == {"ann"}
    clock.advance(11)
    assert presence.elsewhere("tea") == set()
    clock.advance(60)
    assert told == [
        ("ann", "online", {"tea"}),
        ("ann", "away", {"tea", "jam"}),
        ("ann", "offline", {"jam"}),
    ]


def test_the_leases_of_a_node_that_died_end_by_themselves() -> None:
    cluster = Cluster(2, "ann", "bob")
    bob, _ = other_node(cluster)
    cluster.attach(0, "ann")
    cluster.settle()
    for _ in range(20):
        cluster.settle(20)
    assert seen(bob) == [("ann", "online")]
    cluster.nodes[0].node.stop()
    cluster.settle(44)
    assert seen(bob) == [("ann", "online")]
    cluster.settle(22)
    assert seen(bob) == [("ann", "online"), ("ann", "offline")]


def test_a_node_that_starts_later_learns_who_is_here_from_the_next_leases() -> None:
    cluster = Cluster(2, "ann", "bob")
    cluster.broker.down = True
    cluster.attach(0, "ann")
    cluster.settle()
    cluster.broker.down = False
    bob, watcher = other_node(cluster)
    assert watcher.who_is_here("tea") == {"bob": "online"}
    cluster.settle(21)
    assert seen(bob) == [("ann", "online")]


def test_an_older_word_of_a_node_that_comes_late_changes_nothing() -> None:
    cluster = Cluster(2, "ann", "bob")
    bob, _ = other_node(cluster)
    late: list[bytes] = []
    cluster.broker.join(late.append)
    _, ann = cluster.attach(0, "ann")
    ann.presence("away")
    cluster.settle()
    for data in late:
        cluster.nodes[1].node.received(data)
    cluster.settle(1)
    assert seen(bob) == [("ann", "online"), ("ann", "away")]


def test_moving_in_and_out_of_a_room_counts_before_the_next_lease() -> None:
    cluster = Cluster(2, "bob")
    bob, watcher = other_node(cluster)
    cluster.attach(0, "ann")
    cluster.settle()
    assert watcher.who_is_here("tea") == {"bob": "online"}
    for inside, wanted in ((True, {"ann": "online", "bob": "online"}), (False, {"bob": "online"})):
        first = cluster.log.position
        cluster.log.move("tea", "ann", inside)
        cluster.committed(0, first)
        cluster.settle()
        assert watcher.who_is_here("tea") == wanted
    # Who joins is seen to be there.
    assert seen(bob) == [("ann", "online")]


def test_nothing_is_left_of_people_who_are_gone() -> None:
    cluster = Cluster(2, "ann", "bob")
    subscribers = [
        cluster.attach(number, user, "tea")[1] for number in (0, 1) for user in ("ann", "bob")
    ]
    cluster.settle(1)
    for subscriber in subscribers:
        subscriber.detach()
    for _ in range(5):
        cluster.settle(20)
    for one in cluster.nodes:
        presence = one.hub.audience._presence
        assert not presence._people and not presence._rooms
