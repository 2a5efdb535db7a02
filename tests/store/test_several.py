"""One statement for several rooms: every room is asked about, once, however many there are."""

import pytest

from chatd.store.several import SIZES, rows_of
from tests.store.desk import Desk


@pytest.mark.parametrize("count", [0, 1, 2, *SIZES, SIZES[-1] + 1, 3 * SIZES[-1]])
def test_each_room_is_found_once(desk: Desk, count: int) -> None:
    rooms = [f"r{number}" for number in range(count)]
    sql = "select value from json_each(:all) where value in ({rooms})"
    all_rooms = "[" + ",".join(f'"{room}"' for room in ["other", *rooms]) + "]"
    found = [row[0] for row in rows_of(desk.database, sql, rooms, {"all": all_rooms})]
    assert sorted(found) == sorted(rooms)
