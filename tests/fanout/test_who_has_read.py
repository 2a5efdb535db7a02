from chatd.engine.rows import MarkRow
from chatd.fanout.marks import Marks, Moved
from tests.fakes.clock import FakeClock
from tests.fanout.stage import Stage


def test_marks_of_a_second_go_out_together_the_furthest_of_each() -> None:
    clock = FakeClock()
    sent: list[tuple[float, str, Moved]] = []
    marks = Marks(clock, clock, lambda room, moved: sent.append((clock.now(), room, moved)))
    marks.moved([MarkRow("tea", "ann", 1, 0), MarkRow("jam", "ann", 1, 0)], here=True)
    clock.advance(0.5)
    marks.moved([MarkRow("tea", "ann", 5, 2), MarkRow("tea", "bob", 3, 0)], here=True)
    marks.moved([MarkRow("tea", "ann", 4, 4)], here=False)
    clock.advance(5)
    assert [(at, room) for at, room, _ in sent] == [(0.0, "tea"), (0.0, "jam"), (1.0, "tea")]
    assert sent[-1][2] == {
        "ann": (MarkRow("tea", "ann", 5, 4), False),
        "bob": (MarkRow("tea", "bob", 3, 0), True),
    }
    assert clock.waiting() == 0


def test_in_rooms_with_many_members_only_ones_own_connections_are_told() -> None:
    crowd = " ".join(f"u{number}" for number in range(49))
    stage = Stage(tea=f"ann bob {crowd}", jam=f"ann bob {crowd[3:]}")
    ann, _ = stage.attach("ann", "tea")
    second, _ = stage.attach("ann")
    bob, _ = stage.attach("bob", "tea", "jam")
    for room in ("tea", "jam"):
        stage.hub.audience.marked([MarkRow(room, "ann", 3, 3)])
    stage.clock.turn()
    assert [frame["room"] for frame in bob.signals("marks")] == ["jam"]
    for own in (ann, second):
        assert [frame["room"] for frame in own.signals("marked")] == ["tea", "jam"]
