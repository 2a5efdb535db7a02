"""Pages and what was missed: clipped to one's stays, in their current state."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.rows import EventRow, Page
from chatd.engine.unit import Append, Mentions, ReplaceBody
from chatd.store import timeline
from tests.store.desk import NOW, Desk


@pytest.fixture
def tea(desk: Desk) -> Desk:
    """A public room of alice's; bob is in it as well. Seqs 1 to 3 are the room and the two."""
    desk.room("tea")
    desk.member("tea", "alice", "owner")
    desk.member("tea", "bob")
    return desk


def text(words: str) -> bytes:
    return b'{"text":"%b"}' % words.encode()


def texts(rows: object) -> list[str]:
    return [row.body.decode().split('"')[3] for row in rows]  # type: ignore[attr-defined]


def page(desk: Desk, user: str = "bob", limit: int = 3, **where: int) -> Page:
    ends = {"before": None, "after": None, "around": None, **where}
    return timeline.page(desk.database, user, "tea", **ends, limit=limit)


def test_a_page_is_around_what_was_said_at_a_time_or_later(tea: Desk) -> None:
    for n in range(10):
        tea.do(Append("tea", "message", "alice", NOW + 100 * n, text(str(n)), numbered=True))
    # In between the clock was set back: any of those in question will do, and nothing breaks.
    tea.do(Append("tea", "message", "alice", NOW + 250, text("late"), numbered=True))
    found = {
        time: texts(
            timeline.page(tea.database, "bob", "tea", None, None, None, 3, NOW + time).messages
        )
        for time in (-1000, 0, 300, 301, 650, 5000)
    }
    assert found[-1000] == ["0", "1", "2"]
    assert found[0][0] == "0" or "0" in found[0]
    assert "3" in found[300] and "4" in found[301] and "7" in found[650]
    assert found[5000][-1] == "late"


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


def test_a_page_is_the_latest_or_before_or_after_or_around(tea: Desk) -> None:
    for n in range(10):
        tea.say("tea", "alice", str(n))
        tea.do(Append("tea", "reaction", "bob", NOW, b"{}"))
    # Messages have the seqs 4, 6 … 22.
    cases = {
        (): ("789", True, False),
        ("before", 4): ("", False, True),
        ("before", 5): ("0", False, True),
        ("before", 18): ("456", True, True),
        ("before", 99): ("789", True, False),
        ("after", 0): ("012", False, True),
        ("after", 9): ("345", True, True),
        ("after", 22): ("", True, False),
        ("after", 99): ("", True, False),
        ("around", 12): ("345", True, True),
        ("around", 13): ("456", True, True),
        ("around", 4): ("012", False, True),
        ("around", 22): ("789", True, False),
        ("around", 99): ("789", True, False),
    }
    for where, expected in cases.items():
        found = page(tea, **dict([where] if where else []))  # type: ignore[arg-type, list-item]
        got = "".join(texts(found.messages)), found.more_before, found.more_after
        assert got == expected, where


def test_a_page_of_one_around_a_message_is_that_message(tea: Desk) -> None:
    for n in range(3):
        tea.say("tea", "alice", str(n))
    assert texts(page(tea, around=5, limit=1).messages) == ["1"]


@pytest.mark.parametrize("where", [{}, {"before": 99}, {"after": 0}, {"around": 13}])
def test_a_page_ends_at_about_256_kib_and_says_so(tea: Desk, where: dict[str, int]) -> None:
    for _ in range(20):
        tea.say("tea", "alice", "x" * 50_000)
    found = page(tea, limit=50, **where)
    assert len(found.messages) == 5
    seqs = [row.seq for row in found.messages]
    assert seqs == list(range(seqs[0], seqs[0] + 5))
    assert found.more_before == (seqs[0] > 4)
    assert found.more_after == (seqs[-1] < 23)


def test_one_message_larger_than_a_page_is_still_shown(tea: Desk) -> None:
    tea.say("tea", "alice", "x" * 300_000)
    tea.say("tea", "alice", "x" * 300_000)
    for where in ({}, {"after": 0}, {"around": 5}):
        assert len(page(tea, **where).messages) == 1
    assert len(timeline.missed(tea.database, "bob", ["tea"], 3, 50).events) == 1


def test_a_page_needs_a_membership(tea: Desk) -> None:
    tea.room("den", kind="private")
    tea.member("den", "bob")
    tea.member("den", "bob", None)
    for user, room, code in (
        ("carol", "tea", Code.FORBIDDEN),
        ("carol", "den", Code.NOT_FOUND),
        ("bob", "den", Code.NOT_FOUND),
        ("bob", "nowhere", Code.NOT_FOUND),
    ):
        for read in (
            lambda u=user, r=room: timeline.page(tea.database, u, r, None, None, None, 9),
            lambda u=user, r=room: timeline.opening(tea.database, u, r, 9, 50),
        ):
            with pytest.raises(Refusal) as caught:
                read()
            assert caught.value.code == code
            if code == Code.NOT_FOUND:
                assert caught.value.message == "There is no such room, or you are not in it."


def test_an_opening_shows_room_page_and_marks_of_one_snapshot(tea: Desk) -> None:
    tea.say("tea", "alice")
    opening = timeline.opening(tea.database, "bob", "tea", 10, 2)
    assert opening.room.head == opening.page.messages[-1].seq == 4
    assert opening.room.unread == 1
    assert [(mark.user, mark.read) for mark in opening.marks] == [("alice", 4)]
    tea.member("tea", "carol")
    assert timeline.opening(tea.database, "bob", "tea", 10, 2).marks == ()


def test_missed_brings_events_of_all_rooms_in_the_logs_order(tea: Desk) -> None:
    tea.room("den")
    tea.member("den", "bob")
    start = timeline.position(tea.database)
    for n in range(3):
        tea.say("tea", "alice", f"tea{n}")
        tea.say("den", "alice", f"den{n}")
    tea.room("other")
    found = timeline.missed(tea.database, "bob", ["den", "tea", "den"], start, 50)
    assert texts(found.events) == ["tea0", "den0", "tea1", "den1", "tea2", "den2"]
    assert (found.position, found.more, found.removed) == (start + 7, False, ())
    assert [(room.id, room.head) for room in found.rooms] == [("den", 5), ("tea", 6)]


def test_missed_goes_on_where_it_stopped(tea: Desk) -> None:
    start = timeline.position(tea.database)
    for n in range(5):
        tea.say("tea", "alice", str(n))
    seen: list[str] = []
    more, position, rounds = True, start, 0
    while more:
        found = timeline.missed(tea.database, "bob", ["tea"], position, 2)
        assert len(found.events) <= 2
        seen += texts(found.events)
        more, position, rounds = found.more, found.position, rounds + 1
    assert (seen, rounds, position) == (["0", "1", "2", "3", "4"], 3, start + 5)


def test_missed_with_nothing_new_or_from_nowhere_brings_the_rooms(tea: Desk) -> None:
    head = timeline.position(tea.database)
    for since in (head, head + 100, None):
        found = timeline.missed(tea.database, "bob", ["tea"], since, 50)
        assert (found.events, found.position, found.more) == ((), head, False)
        assert [room.id for room in found.rooms] == ["tea"]


def test_the_own_removal_is_the_last_event_missed(tea: Desk) -> None:
    start = timeline.position(tea.database)
    tea.say("tea", "alice", "before")
    removal = tea.member("tea", "bob", None)
    tea.say("tea", "alice", "after")
    found = timeline.missed(tea.database, "bob", ["tea"], start, 50)
    assert [event.seq for event in found.events] == [4, 5]
    assert (found.removed, found.rooms) == (("tea",), ())
    last = removal.events[0].position
    again = timeline.missed(tea.database, "bob", ["tea"], last, 50)
    assert (again.events, again.removed, again.position) == ((), ("tea",), last + 1)


def test_rooms_never_entered_missing_or_hidden_are_removed_alike(tea: Desk) -> None:
    tea.room("den", kind="private")
    found = timeline.missed(tea.database, "carol", ["tea", "den", "nowhere"], 0, 50)
    assert (found.events, found.rooms) == ((), ())
    assert found.removed == ("tea", "den", "nowhere")


def test_an_edited_message_reads_as_it_is_now_everywhere(tea: Desk) -> None:
    seq = tea.say("tea", "alice", "first")
    for text in ("second", "third"):
        tea.do(
            ReplaceBody("tea", seq, f'{{"text":"{text}"}}'.encode()),
            Append("tea", "edited", "alice", NOW, b"", target=seq),
        )
    assert texts(page(tea).messages) == ["third"]
    missed = timeline.missed(tea.database, "bob", ["tea"], 3, 50)
    assert texts(missed.events) == ["third"] * 3
    assert texts(timeline.events(tea.database, 4, 6)) == ["third"] * 3
    tea.erase("tea", "alice", seq)
    bodies = {row.body for row in timeline.events(tea.database, 4, 9)}
    assert bodies == {b'{"deleted":1}'}


def test_missed_ends_at_about_256_kib_and_says_so(tea: Desk) -> None:
    for _ in range(8):
        tea.say("tea", "alice", "x" * 50_000)
    found = timeline.missed(tea.database, "bob", ["tea"], 3, 50)
    assert (len(found.events), found.more, found.position) == (5, True, 8)
    rest = timeline.missed(tea.database, "bob", ["tea"], 8, 50)
    assert (len(rest.events), rest.more, rest.position) == (3, False, 11)


def test_what_was_edited_after_ones_removal_is_not_shown_to_who_was_removed(tea: Desk) -> None:
    def edit(seq: int, text: str) -> None:
        tea.do(
            ReplaceBody("tea", seq, f'{{"text":"{text}"}}'.encode()),
            Append("tea", "edited", "alice", NOW, b"", target=seq),
        )

    early, late = tea.say("tea", "alice", "one"), tea.say("tea", "alice", "two")
    tea.do(Append("tea", "reaction", "bob", NOW, b'{"x":1}', target=late))
    edit(early, "seen")
    edit(late, "seen too")
    tea.member("tea", "bob", None)
    edit(late, "secret")
    found = timeline.missed(tea.database, "bob", ["tea"], 3, 50)
    bodies = [b'{"text":"seen"}', b"{}", b'{"x":1}', b'{"text":"seen"}', b"{}", b"{}"]
    # The last of them is the removal, whose own body is empty braces.
    assert [event.body for event in found.events] == bodies
    tea.member("tea", "bob")
    found = timeline.missed(tea.database, "bob", ["tea"], 3, 50)
    assert found.events[1].body == b'{"text":"secret"}'


def edited(desk: Desk, seq: int, text: str = "new") -> EventRow:
    """bob's message is edited; the event as it goes out."""
    body = f'{{"text":"{text}"}}'.encode()
    outcome = desk.do(
        ReplaceBody("den", seq, body), Append("den", "edited", "bob", NOW, b"", target=seq)
    )
    return outcome.events[-1]


@pytest.fixture
def den(desk: Desk) -> Desk:
    """A private room; carol was there, left and came back, dan came late."""
    desk.user("dan")
    desk.room("den", kind="private")
    for name in ("alice", "bob", "carol"):
        desk.member("den", name)
    desk.say("den", "bob", "old")
    desk.member("den", "carol", None)
    desk.member("den", "carol")
    desk.member("den", "dan")
    return desk


def test_an_edit_names_those_who_came_after_the_message(den: Desk) -> None:
    event = edited(den, 5)
    assert event.kept_from == ("dan",)
    assert event.body == b'{"text":"new"}'
    # And so it is where a node reads what the bus did not bring.
    assert timeline.events(den.database, event.position, event.position) == (event,)
    assert edited(den, den.say("den", "bob")).kept_from == ()
    assert den.erase("den", "bob", 5).events[-1].kept_from == ()


def test_where_newcomers_see_everything_nothing_is_kept_from_them(desk: Desk) -> None:
    desk.room("den", shared=True)
    desk.member("den", "bob")
    seq = desk.say("den", "bob")
    desk.member("den", "carol")
    assert edited(desk, seq).kept_from == ()


def test_coming_back_brings_no_words_from_before_one_came(den: Desk) -> None:
    before = timeline.position(den.database)
    edited(den, 5)
    for name, words in (("alice", b'{"text":"new"}'), ("carol", b'{"text":"new"}'), ("dan", b"{}")):
        (event,) = timeline.missed(den.database, name, ["den"], before, 10).events
        assert event.body == words, name


def test_nobody_is_mentioned_in_a_message_that_they_may_not_see(den: Desk) -> None:
    names = Mentions(("carol", "dan"), False, "moderator", 20)
    den.do(
        ReplaceBody("den", 5, b'{"text":"@carol @dan"}', mentions=names),
        Append("den", "edited", "bob", NOW, b"", target=5),
    )
    assert den.database.rows("select person from mentions", {}) == [("carol",)]
