from chatd.fanout.notes import Told, Typed
from tests.fakes.listener import Listener
from tests.fanout.cluster import Cluster
from tests.fanout.stage import Stage


def names(listener: Listener) -> list[list[str]]:
    return [[user["name"] for user in frame["users"]] for frame in listener.signals("typing")]


def test_those_who_look_see_who_types_and_when_it_is_over() -> None:
    stage = Stage(tea="ann bob cat")
    _, typist = stage.attach("ann", "tea")
    bob, _ = stage.attach("bob", "tea")
    cat, _ = stage.attach("cat")
    typist.typing("tea", True)
    stage.clock.turn()
    assert bob.take() == [
        {
            "type": "typing",
            "room": "tea",
            "users": [{"user": "ann", "name": "Ann"}],
            "count": 1,
        }
    ]
    stage.clock.advance(5.9)
    assert bob.take() == []
    stage.clock.advance(0.2)
    assert bob.take() == [{"type": "typing", "room": "tea", "users": [], "count": 0}]
    assert cat.writes == []


def test_who_renews_goes_on_typing_and_nobody_is_told_again() -> None:
    stage = Stage(tea="ann bob")
    _, typist = stage.attach("ann", "tea")
    bob, _ = stage.attach("bob", "tea")
    for _ in range(10):
        typist.typing("tea", True)
        stage.clock.advance(3)
    assert names(bob) == [["Ann"]]
    typist.typing("tea", False)
    stage.clock.turn()
    assert names(bob) == [["Ann"], []]


def test_sending_the_message_ends_it_and_the_event_comes_first() -> None:
    stage = Stage(tea="ann bob")
    _, typist = stage.attach("ann", "tea")
    bob, _ = stage.attach("bob", "tea")
    typist.typing("tea", True)
    stage.clock.advance(2)
    bob.take()
    stage.log.edit("tea", "ann")
    stage.deliver()
    assert names(bob) == []
    stage.log.say("tea", "ann")
    stage.deliver()
    assert [frame["type"] for frame in bob.frames] == ["event", "event", "typing"]
    assert names(bob) == [[]]


def test_three_are_named_all_are_counted_and_it_is_told_once_a_second() -> None:
    users = "ann bob cat dan eve"
    stage = Stage(tea=users + " fay")
    fay, _ = stage.attach("fay", "tea")
    for typist in [stage.attach(user, "tea")[1] for user in users.split()]:
        typist.typing("tea", True)
    stage.clock.advance(0.9)
    assert names(fay) == [["Ann"]]
    stage.clock.advance(0.2)
    assert names(fay) == [["Ann"], ["Ann", "Bob", "Cat"]]
    assert fay.signals("typing")[-1]["count"] == 5
    stage.clock.advance(10)
    moments = len(names(fay))
    assert moments <= 4 and names(fay)[-1] == []


def test_nobody_is_told_where_only_the_typist_looks() -> None:
    stage = Stage(tea="ann bob")
    ann, typist = stage.attach("ann", "tea")
    stage.attach("bob")
    typist.typing("tea", True)
    stage.clock.turn()
    assert ann.writes == []


def test_a_room_that_is_not_open_or_has_too_many_members_is_silent() -> None:
    crowd = " ".join(f"u{number}" for number in range(199))
    stage = Stage(tea=f"ann bob {crowd}", jam=f"ann bob {crowd[3:]}", den="ann bob")
    _, typist = stage.attach("ann", "tea", "jam")
    bob, _ = stage.attach("bob", "tea", "jam", "den")
    assert len(stage.log.members["tea"]) == 201
    published: list[Told] = []
    stage.hub.audience.publish = published.append
    for room in ("tea", "jam", "den"):
        typist.typing(room, True)
    stage.clock.turn()
    assert published == [Typed("jam", "ann", "Ann", True)]
    assert [frame["room"] for frame in bob.signals("typing")] == ["jam"]


def test_who_is_removed_types_no_more() -> None:
    stage = Stage(tea="ann bob")
    _, typist = stage.attach("ann", "tea")
    bob, _ = stage.attach("bob", "tea")
    typist.typing("tea", True)
    stage.clock.advance(2)
    stage.log.move("tea", "ann", False)
    stage.deliver()
    assert names(bob) == [["Ann"], []]


def test_who_gets_another_role_types_no_more_until_they_say_so_again() -> None:
    stage = Stage(tea="ann bob")
    _, typist = stage.attach("ann", "tea")
    bob, _ = stage.attach("bob", "tea")
    typist.typing("tea", True)
    stage.clock.advance(2)
    stage.log.turn_into("tea", "ann")
    stage.deliver()
    assert names(bob) == [["Ann"], []]
    assert bob.frames[-2]["type"] == "event"
    typist.typing("tea", True)
    stage.clock.advance(2)
    assert names(bob)[-1] == ["Ann"]


def test_it_is_seen_on_other_nodes_and_ends_there_with_the_message() -> None:
    cluster = Cluster(2, "ann", "bob")
    _, typist = cluster.attach(0, "ann", "tea")
    bob, _ = cluster.attach(1, "bob", "tea")
    cluster.settle()
    typist.typing("tea", True)
    cluster.settle(2)
    cluster.commit(0, author="ann")
    cluster.settle()
    assert names(bob) == [["Ann"], []]
