"""The data maker: what it makes is a store as the writer would have left it."""

from pathlib import Path

from chatd.core.search_query import parse
from chatd.engine.search import Wanted
from chatd.store.verify import verify
from tests.rigs.many import PLACE, RARE, make, room_id, user_id
from tests.rigs.search_figures import Bench


def test_a_made_store_is_sound_and_works(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    make(folder, people=300, rooms=3, messages=1200)
    assert verify(folder).faults == ()
    bench = Bench(folder)
    bench.index()
    opening = bench.pump.wait(
        bench.store.opening(user_id(299), room_id(2), limit=50, marks_up_to=0)
    )
    assert (opening.room.members, opening.room.number, opening.room.unread) == (300, 400, 400)
    for word, count in ((RARE, 1), (PLACE, 1)):
        assert len(bench.search(Wanted(parse(word).phrases)).hits) == count
    bench.stop()


def test_the_same_numbers_make_the_same(tmp_path: Path) -> None:
    events = []
    for name in ("one", "two"):
        make(tmp_path / name, people=5, rooms=2, messages=50)
        events.append(verify(tmp_path / name).events)
    assert events[0] == events[1] and len(events[0]) == 2 * (1 + 5) + 50
