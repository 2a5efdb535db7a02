"""Pages and what was missed: clipped to one's stays, in their current state."""

import pytest

from chatd.store import timeline
from tests.store.desk import Desk


@pytest.fixture
def tea(desk: Desk) -> Desk:
    """A public room of alice's; bob is in it as well. Seqs 1 to 3 are the room and the two."""
    desk.room("tea")
    desk.member("tea", "alice", "owner")
    desk.member("tea", "bob")
    return desk


def texts(rows: object) -> list[str]:
    return [row.body.decode().split('"')[3] for row in rows]  # type: ignore[attr-defined]


def page(desk: Desk, user: str = "bob", limit: int = 3, **where: int) -> timeline.Page:
    ends = {"before": None, "after": None, "around": None, **where}
    return timeline.page(desk.database, user, "tea", **ends, limit=limit)


def test_a_message_gets_dense_numbers_and_is_read_back(tea: Desk) -> None:
    for n in range(4):
        assert tea.say("tea", "alice", str(n)) == 4 + n
    found = page(tea, limit=10)
    assert [(row.seq, row.number, row.position) for row in found.messages] == [
        (4, 1, 4),
        (5, 2, 5),
        (6, 3, 6),
        (7, 4, 7),
    ]
    assert found.messages[0].author_name == "alice"
    assert (found.more_before, found.more_after, found.position) == (False, False, 7)
