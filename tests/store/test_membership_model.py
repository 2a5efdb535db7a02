"""Whatever people do to a room's membership, each sees exactly what the naive model says."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from chatd.core.refusal import Refusal
from chatd.engine.unit import Append
from chatd.store import rooms, timeline
from tests.store.desk import NOW, Desk

USERS = ("alice", "bob", "carol")
action = st.one_of(
    st.tuples(st.just("say"), st.sampled_from(USERS)),
    st.tuples(st.just("in"), st.sampled_from(USERS)),
    st.tuples(st.just("out"), st.sampled_from(USERS)),
    st.tuples(st.just("topic"), st.sampled_from(USERS)),
    st.tuples(st.just("elsewhere"), st.sampled_from(USERS)),
)


@dataclass
class Seen:
    """One person's view: every event is written down for whoever is there when it happens."""

    member: bool = False
    events: list[tuple[int, int]] = field(default_factory=list)
    messages: list[int] = field(default_factory=list)
    read: int = 0
    #: what was said before one came into a room that shows it is no news
    came: int = 0


@settings(max_examples=150, deadline=None)
@given(
    shared=st.booleans(),
    actions=st.lists(action, max_size=25),
    since=st.integers(0, 30),
    limit=st.integers(1, 6),
)
def test_page_and_missed_show_exactly_what_one_was_there_for(
    shared: bool, actions: list[tuple[str, str]], since: int, limit: int
) -> None:
    desk = Desk()
    desk.user(*USERS)
    desk.room("tea", shared=shared)
    desk.room("den")
    everything: list[tuple[int, int]] = [(1, 1)]
    all_messages: list[int] = []
    views = {user: Seen() for user in USERS}
    head = 1
    for what, user in actions:
        position = timeline.position(desk.database) + 1
        if what == "elsewhere":
            desk.say("den", user)
            continue
        head += 1
        everything.append((position, head))
        mine = views[user]
        joins, leaves = what == "in" and not mine.member, what == "out" and mine.member
        if joins:
            mine.member = True
            if shared:
                mine.events, mine.messages = everything[:-1], list(all_messages)
                mine.came = head
        for view in views.values():
            if view.member:
                view.events = [*view.events, (position, head)]
        if what == "say":
            all_messages.append(head)
            mine.read = head
            for view in views.values():
                if view.member:
                    view.messages = [*view.messages, head]
            desk.say("tea", user)
        elif what == "topic":
            desk.do(Append("tea", "topic", user, NOW, b"{}"))
        else:
            desk.member("tea", user, "member" if what == "in" else None)
        if leaves:
            mine.member = False
    try:
        for user, view in views.items():
            check(desk, user, view, since, limit)
    finally:
        desk.database.close()


def check(desk: Desk, user: str, view: Seen, since: int, limit: int) -> None:
    missed = timeline.missed(desk.database, user, ["tea"], since, limit)
    expected = [event for event in view.events if event[0] > since]
    assert [(row.position, row.seq) for row in missed.events] == expected[:limit]
    assert missed.more == (len(expected) > limit)
    assert missed.removed == (() if view.member else ("tea",))
    assert [room.id for room in missed.rooms] == (["tea"] if view.member else [])
    if not view.member:
        try:
            timeline.page(desk.database, user, "tea", None, None, None, limit)
        except Refusal:
            return
        raise AssertionError("a page for somebody who is not there")
    assert rooms.room(desk.database, user, "tea").unread == len(
        [seq for seq in view.messages if seq > max(view.read, view.came)]
    )
    for where in range(0, (view.messages or [0])[-1] + 3):
        for before, after in ((where, None), (None, where)):
            page = timeline.page(desk.database, user, "tea", before, after, None, limit)
            if before is not None:
                inside = [seq for seq in view.messages if seq < before]
                wanted = inside[-limit:]
            else:
                inside = [seq for seq in view.messages if seq > where]
                wanted = inside[:limit]
            assert [row.seq for row in page.messages] == wanted
            edge = wanted or None
            first = edge[0] if edge else (where if before is not None else where + 1)
            last = edge[-1] if edge else (where - 1 if before is not None else where)
            assert page.more_before == any(seq < first for seq in view.messages)
            assert page.more_after == any(seq > last for seq in view.messages)
        around = timeline.page(desk.database, user, "tea", None, None, where, limit)
        got = [row.seq for row in around.messages]
        assert len(got) == min(limit, len(view.messages))
        if got:
            at = view.messages.index(got[0])
            assert got == view.messages[at : at + len(got)]
            assert around.more_before == (at > 0)
            assert around.more_after == (at + len(got) < len(view.messages))
        if where in view.messages:
            assert where in got
