"""Searching in one snapshot: who finds what, in which order, and by what."""

from itertools import pairwise
from typing import Any

import apsw
import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.core.search_query import parse
from chatd.engine.search import Found, Wanted
from chatd.engine.unit import Append, ReplaceBody
from chatd.store import search_index, search_reads
from chatd.store.database import Row, Values
from chatd.store.event_rows import BODY_BYTES
from chatd.store.sqlite import Sqlite
from tests.store.desk import NOW, Desk
from tests.store.searching import follow, search_now


def wanted(text: str, **more: Any) -> Wanted:
    query = parse(text)
    return Wanted(
        phrases=query.phrases, excluded=query.excluded, has=query.has, **{"limit": 20, **more}
    )


def find(desk: Desk, user: str, text: str, **more: Any) -> list[str]:
    return texts(search_now(desk.database, user, wanted(text, **more)))


def texts(found: Found) -> list[str]:
    return [hit.message.body.decode().removeprefix('{"text":"')[:-2] for hit in found.hits]


@pytest.fixture
def tea(desk: Desk) -> Desk:
    """Alice and bob in a room where newcomers do not see what was said before."""
    desk.room("tea")
    desk.member("tea", "alice", "owner")
    desk.member("tea", "bob")
    return desk


def test_the_newest_is_first(tea: Desk) -> None:
    for n in range(5):
        tea.say("tea", "alice", f"cup {n}")
    assert find(tea, "bob", "cup") == ["cup 4", "cup 3", "cup 2", "cup 1", "cup 0"]


def test_all_words_have_to_be_there_and_no_excluded_one(tea: Desk) -> None:
    for text in ("green tea", "black tea", "green cup", "a teapot, green"):
        tea.say("tea", "alice", text)
    assert find(tea, "bob", "green tea") == ["a teapot, green", "green tea"]
    assert find(tea, "bob", '"tea" green') == ["green tea"]
    assert find(tea, "bob", '"green tea"') == ["green tea"]
    assert find(tea, "bob", "green -tea") == ["a teapot, green", "green cup"]
    assert find(tea, "bob", "-green", room="tea") == ["black tea"]
    assert find(tea, "bob", "-green") == ["black tea"]


def test_nobody_finds_what_was_said_without_them(tea: Desk) -> None:
    tea.say("tea", "alice", "secret one")
    tea.member("tea", "carol")
    assert find(tea, "carol", "secret") == []
    tea.say("tea", "alice", "secret two")
    tea.member("tea", "carol", None)
    tea.say("tea", "alice", "secret three")
    # Not in the room any more: nothing, as history has it.
    assert find(tea, "carol", "secret") == []
    tea.member("tea", "carol")
    tea.say("tea", "alice", "secret four")
    assert find(tea, "carol", "secret") == ["secret four", "secret two"]
    assert find(tea, "bob", "secret") == ["secret " + n for n in ("four", "three", "two", "one")]


@pytest.mark.parametrize("by_mark", [200, 0], ids=["by mark", "by membership"])
def test_of_many_rooms_only_ones_own(
    tea: Desk, by_mark: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_reads, "ROOMS_BY_MARK", by_mark)
    for n in range(12):
        room = f"room{n}"
        tea.room(room, kind="private")
        tea.member(room, "alice", "owner")
        if n % 3 == 0:
            tea.member(room, "carol")
        tea.say(room, "alice", f"kettle {n}")
    tea.room("left", shared=True)
    tea.member("left", "carol")
    tea.say("left", "alice", "kettle in a room that one has left")
    tea.member("left", "carol", None)
    assert find(tea, "carol", "kettle") == ["kettle 9", "kettle 6", "kettle 3", "kettle 0"]
    assert find(tea, "bob", "kettle") == []
    assert find(tea, "carol", "-nothing") == ["kettle 9", "kettle 6", "kettle 3", "kettle 0"]
    assert len(find(tea, "alice", "kettle")) == 12


def test_rows_and_the_position_reached_are_one_transaction(tea: Desk) -> None:
    index = follow(tea.database)
    state = "select position, (select count(*) from search.words_0) from search.meta"
    before = tea.database.row(state, {})
    tea.say("tea", "alice", "cup")
    connection = tea.database.connection

    def deny(what: int, one: str | None, *rest: object) -> int:
        update = what == apsw.SQLITE_UPDATE and one == "meta"
        return apsw.SQLITE_DENY if update else apsw.SQLITE_OK

    connection.set_authorizer(deny)
    with pytest.raises(apsw.AuthError):
        follow(tea.database)
    connection.set_authorizer(None)
    assert tea.database.row(state, {}) == before
    assert find(tea, "bob", "cup") == ["cup"] and not index.merge()


def test_a_room_one_may_not_see_answers_as_one_that_is_missing(tea: Desk) -> None:
    tea.room("den", kind="private")
    refusals = []
    for room in ("den", "missing", 'den" OR "tea', "", "tea"):
        with pytest.raises(Refusal) as caught:
            find(tea, "carol", "x", room=room)
        refusals.append(str(caught.value))
    assert len(set(refusals[:4])) == 1 and "not-found" in refusals[0]
    assert "forbidden" in refusals[4]


def test_by_person_and_by_what_it_carries(tea: Desk) -> None:
    tea.say("tea", "alice", "see https://tea.example")
    tea.say("tea", "bob", "see www.tea.example")
    tea.say("tea", "bob", "see httpswww")
    body = b'{"text":"card","data":{"org.example.card":{}}}'
    tea.do(Append("tea", "message", "bob", NOW, body, numbered=True))
    body = b'{"text":"file","data":{"chatd.file":{"name":"tea.pdf"}}}'
    tea.do(Append("tea", "message", "alice", NOW, body, numbered=True))
    assert find(tea, "bob", "see has:link", author="bob") == ["see www.tea.example"]
    assert len(find(tea, "bob", "has:link")) == 2
    assert len(find(tea, "bob", "has:data")) == 2
    assert len(find(tea, "bob", "has:file")) == 1
    assert find(tea, "bob", "has:link has:file") == []
    assert find(tea, "bob", "see", author='bob" OR "alice') == []


def test_by_date_exactly(tea: Desk) -> None:
    for n in range(50):
        tea.say("tea", "alice", f"cup {n}", at=NOW + 1000 * n)
    found = find(tea, "bob", "cup", after=NOW + 10_000, before=NOW + 13_000)
    assert found == ["cup 12", "cup 11", "cup 10"]
    assert find(tea, "bob", "cup", after=NOW + 49_000) == ["cup 49"]
    assert find(tea, "bob", "cup", before=NOW + 1) == ["cup 0"]
    assert find(tea, "bob", "cup", after=NOW + 50_000) == []
    assert find(tea, "bob", "cup", before=NOW - 1) == []


def test_pages_follow_one_another_without_a_gap_or_a_repeat(tea: Desk) -> None:
    for n in range(23):
        tea.say("tea", "alice", f"cup {n}")
    said, below = [], None
    while True:
        found = search_now(tea.database, "bob", wanted("cup", limit=5, below=below))
        said += texts(found)
        below = found.below
        if below is None:
            break
    assert said == [f"cup {n}" for n in reversed(range(23))]


def test_a_page_that_is_just_full_is_the_last(tea: Desk) -> None:
    for n in range(5):
        tea.say("tea", "alice", f"cup {n}")
    assert search_now(tea.database, "bob", wanted("cup", limit=5)).below is None
    assert search_now(tea.database, "bob", wanted("cup", limit=4)).below is not None


def test_what_is_around_a_hit_is_what_one_may_see(tea: Desk) -> None:
    for n in range(3):
        tea.say("tea", "alice", f"before {n}")
    tea.member("tea", "carol")
    tea.say("tea", "alice", "first")
    tea.say("tea", "alice", "a hit")
    for n in range(4):
        tea.say("tea", "alice", f"later {n}")
    (hit,) = search_now(tea.database, "carol", wanted("hit", context=3)).hits
    assert texts(Found(tuple(map(_as_hit, hit.before)))) == ["first"]
    assert texts(Found(tuple(map(_as_hit, hit.after)))) == ["later 0", "later 1", "later 2"]
    (hit,) = search_now(tea.database, "bob", wanted("hit", context=2)).hits
    assert texts(Found(tuple(map(_as_hit, hit.before)))) == ["before 2", "first"]


def _as_hit(row: Any) -> Any:
    return search_reads.Hit(row)


def test_an_answer_holds_no_more_than_other_reads(tea: Desk) -> None:
    for n in range(8):
        tea.say("tea", "alice", f"cup {n} " + "x" * (BODY_BYTES // 4))
    found = search_now(tea.database, "bob", wanted("cup"))
    assert len(found.hits) == 3 and found.below == found.hits[-1].message.position
    assert len(search_now(tea.database, "bob", wanted("cup", below=found.below)).hits) == 3


def test_edited_words_are_found_and_erased_ones_are_not(tea: Desk) -> None:
    seq = tea.say("tea", "alice", "old words")
    gone = tea.say("tea", "alice", "old things")
    assert len(find(tea, "bob", "old")) == 2
    _edit(tea, seq, "new words")
    tea.erase("tea", "alice", gone)
    assert find(tea, "bob", "old") == []
    assert find(tea, "bob", "new") == ["new words"]


def _edit(desk: Desk, seq: int, text: str) -> None:
    desk.do(
        ReplaceBody("tea", seq, f'{{"text":"{text}"}}'.encode()),
        Append("tea", "edited", "alice", NOW, b"", target=seq),
    )


def test_an_index_that_lags_tells_nothing_of_words_that_are_erased(tea: Desk) -> None:
    edited = tea.say("tea", "alice", "old words")
    gone = tea.say("tea", "alice", "old things")
    tea.say("tea", "alice", "old friends")
    follow(tea.database)
    _edit(tea, edited, "new words")
    tea.erase("tea", "alice", gone)
    found = search_reads.search(tea.database, "bob", wanted("old"), lambda: False)
    assert (texts(found), found.behind) == (["old friends"], 2)
    found = search_now(tea.database, "bob", wanted("new"))
    assert (texts(found), found.behind) == (["new words"], 0)


@pytest.fixture
def shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tables of eight positions each."""
    monkeypatch.setattr(search_index, "SHARD_BITS", 3)
    monkeypatch.setattr(search_reads, "SHARD_BITS", 3)


@pytest.mark.usefixtures("shards")
def test_many_tables_answer_as_one(tea: Desk) -> None:
    for n in range(60):
        tea.say("tea", "alice", f"cup {n}" if n % 7 else "rare cup", at=NOW + n)
    assert find(tea, "bob", "rare", limit=50) == ["rare cup"] * 9
    assert len(find(tea, "bob", "cup", limit=60)) == 60
    assert find(tea, "bob", "cup", after=NOW + 20, before=NOW + 23) == [
        "cup 22",
        "rare cup",
        "cup 20",
    ]
    first = tea.database.row("select seq from events where numbered = 1 order by seq", {})
    assert first is not None
    _edit(tea, first[0], "another one")
    assert len(find(tea, "bob", "rare", limit=50)) == 8
    assert find(tea, "bob", "another") == ["another one"]


@pytest.mark.usefixtures("shards")
def test_one_that_takes_long_is_answered_in_parts(tea: Desk) -> None:
    for n in range(40):
        tea.say("tea", "alice", "rare" if n in (3, 30) else "cup")
    said: list[str] = []
    pages = [search_now(tea.database, "bob", wanted("rare"), late=lambda: True)]
    while (below := pages[-1].below) is not None:
        pages.append(
            search_now(tea.database, "bob", wanted("rare", below=below), late=lambda: True)
        )
    for page in pages:
        said += texts(page)
    assert said == ["rare", "rare"] and len(pages) == 6
    assert all(a.below > b.below for a, b in pairwise(pages[:-1]) if a.below and b.below)


@pytest.mark.usefixtures("shards")
def test_complete_tables_are_merged_to_one_list_and_answer_the_same(tea: Desk) -> None:
    for n in range(40):
        tea.say("tea", "alice", f"cup {n}")
        index = follow(tea.database)

    def lists() -> list[int]:
        return [
            tea.database.rows(f"select count(distinct segid) from search.words_{n}_idx", {})[0][0]
            for n in range(5)
        ]

    before = lists()
    steps = 0
    while index.merge():
        steps += 1
        assert steps < 100
    assert max(before) > 3 and lists() == [1, 1, 1, 1, 1]
    assert len(find(tea, "bob", "cup", limit=50)) == 40


def test_nobody_in_no_room_finds_nothing(desk: Desk) -> None:
    assert search_now(desk.database, "carol", wanted("x")) == Found(())
    assert search_now(desk.database, "stranger", wanted("x")) == Found(())


class Slow:
    """A database on which a search is interrupted in the table ``number`` of the index."""

    def __init__(self, database: Sqlite, number: int) -> None:
        self._number = number
        self.run, self.row, self._rows = database.run, database.row, database.rows

    def rows(self, sql: str, values: Values) -> list[Row]:
        if f"words_{self._number}(" in sql:
            raise apsw.InterruptError("interrupted")
        return self._rows(sql, values)


@pytest.mark.usefixtures("shards")
def test_a_search_that_is_interrupted_answers_with_what_it_has(tea: Desk) -> None:
    for n in range(30):
        tea.say("tea", "alice", f"cup {n}")
    follow(tea.database)
    found = search_reads.search(Slow(tea.database, 2), "bob", wanted("cup"), lambda: False)
    assert [hit.message.position for hit in found.hits] == list(range(33, 23, -1))
    assert found.below == 24
    with pytest.raises(Refusal) as caught:
        search_reads.search(Slow(tea.database, 4), "bob", wanted("cup"), lambda: False)
    assert (caught.value.code, caught.value.retry) == (Code.TIMEOUT, True)
