"""What a page's messages answer, messages by their seqs, and what an edit keeps."""

import pytest

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.rows import EventRow, Page
from chatd.engine.unit import Append, Forward, Mentions, ReplaceBody
from chatd.store import message_reads, page_parts, timeline
from tests.store.desk import NOW, Desk


@pytest.fixture
def tea(desk: Desk) -> Desk:
    """A room of alice and bob; messages from seq 4 on."""
    desk.room("tea")
    desk.member("tea", "alice", "owner")
    desk.member("tea", "bob")
    return desk


def answer(desk: Desk, seq: int, text: str = "yes") -> int:
    body = f'{{"text":"{text}","reply_to":{seq}}}'.encode()
    said = desk.do(Append("tea", "message", "bob", NOW, body, numbered=True)).answer.seq
    assert said is not None
    return said


def latest(desk: Desk, limit: int, user: str = "alice") -> Page:
    return timeline.page(desk.database, user, "tea", None, None, None, limit)


def test_what_is_answered_comes_with_the_page_unless_it_is_on_it(tea: Desk) -> None:
    first, second = tea.say("tea", "alice", "one"), tea.say("tea", "alice", "two")
    answer(tea, second)
    answer(tea, first)
    answer(tea, first)
    assert [row.seq for row in latest(tea, 3).quoted] == [first, second]
    assert [row.seq for row in latest(tea, 4).quoted] == [first]
    assert latest(tea, 5).quoted == ()
    opening = timeline.opening(tea.database, "alice", "tea", 3, 50)
    assert [row.body for row in opening.page.quoted] == [b'{"text":"one"}', b'{"text":"two"}']


def test_a_quote_reads_as_the_message_does_now(tea: Desk) -> None:
    seq = tea.say("tea", "alice", "secret")
    answer(tea, seq)
    tea.erase("tea", "alice", seq)
    assert [row.body for row in latest(tea, 1).quoted] == [b'{"deleted":1}']


def test_what_one_may_not_see_is_not_quoted(tea: Desk) -> None:
    seq = tea.say("tea", "alice", "before carol came")
    tea.member("tea", "carol")
    answer(tea, seq)
    assert latest(tea, 9, "carol").quoted == ()
    assert [row.seq for row in latest(tea, 1, "alice").quoted] == [seq]


def test_long_quotes_are_left_out_the_oldest_first(tea: Desk) -> None:
    seqs = [tea.say("tea", "alice", "x" * (page_parts.QUOTED_BYTES // 3)) for _ in range(4)]
    for seq in seqs:
        answer(tea, seq)
    assert [row.seq for row in latest(tea, 4).quoted] == seqs[2:]


def test_messages_are_found_by_their_seqs_as_far_as_one_may_see_them(tea: Desk) -> None:
    before = tea.say("tea", "alice", "before")
    tea.member("tea", "carol")
    after = tea.say("tea", "alice", "after")
    read = message_reads.messages
    asked = [after, 1, before, after, 999]
    assert [row.seq for row in read(tea.database, "bob", "tea", asked).messages] == [before, after]
    assert [row.seq for row in read(tea.database, "carol", "tea", asked).messages] == [after]
    with pytest.raises(Refusal) as caught:
        read(tea.database, "dave", "tea", asked)
    assert caught.value.code == Code.FORBIDDEN


def test_of_long_messages_only_as_many_come_as_fit(tea: Desk) -> None:
    seqs = [tea.say("tea", "alice", "x" * 100_000) for _ in range(4)]
    page = message_reads.messages(tea.database, "bob", "tea", seqs)
    assert ([row.seq for row in page.messages], page.more_after) == (seqs[:2], True)
    page = message_reads.messages(tea.database, "bob", "tea", seqs[2:])
    assert ([row.seq for row in page.messages], page.more_after) == (seqs[2:], False)


def test_a_new_body_may_be_made_from_the_old_one(tea: Desk) -> None:
    seq = tea.say("tea", "alice", "one")
    tea.do(ReplaceBody("tea", seq, lambda old: old.replace(b"one", b"two")))
    assert latest(tea, 1).messages[0].body == b'{"text":"two"}'

    def refuse(old: bytes) -> bytes:
        raise Refusal(Code.WRONG_STATE, "Not this one.")

    assert tea.code(changes=(ReplaceBody("tea", seq, refuse),)) == Code.WRONG_STATE
    assert latest(tea, 1).messages[0].body == b'{"text":"two"}'
    assert [row.body for row in revisions(tea, seq)] == [b'{"text":"one"}']


def as_said(row: EventRow) -> bytes:
    return row.body.replace(b'"two', f'"{row.author}: two'.encode())


def test_a_forward_is_made_from_the_message_as_it_reads_now(tea: Desk) -> None:
    seq = tea.say("tea", "alice", "one")
    tea.do(ReplaceBody("tea", seq, b'{"text":"two"}'))
    tea.do(Forward("tea", "bob", NOW, "tea", seq, as_said))
    assert latest(tea, 1).messages[0].body == b'{"text":"alice: two"}'


# ---- revisions ----------------------------------------------------------------------------------


def revisions(desk: Desk, seq: int, user: str = "alice", after: int = 0, limit: int = 99):  # type: ignore[no-untyped-def]
    return message_reads.revisions(desk.database, user, "tea", seq, after, limit)


def edit(desk: Desk, seq: int, text: str, at: int) -> None:
    desk.do(ReplaceBody("tea", seq, f'{{"text":"{text}","edited":{at}}}'.encode()))


def test_earlier_words_are_kept_with_when_they_were_said(tea: Desk) -> None:
    seq = tea.say("tea", "bob", "zero", at=100)
    for n in (1, 2, 3):
        edit(tea, seq, f"v{n}", 100 + n)
    assert [(row.revision, row.at) for row in revisions(tea, seq)] == [(1, 100), (2, 101), (3, 102)]
    assert [row.revision for row in revisions(tea, seq, after=1, limit=1)] == [2]
    assert b"v2" in revisions(tea, seq)[-1].body


def test_the_first_words_and_the_last_fifty_are_kept(tea: Desk) -> None:
    seq = tea.say("tea", "bob", "zero")
    for n in range(1, 61):
        edit(tea, seq, f"v{n}", n)
    kept = [row.revision for row in revisions(tea, seq)]
    assert kept == [1, *range(11, 61)]
    assert b"v59" in revisions(tea, seq)[-1].body


def test_only_author_and_moderators_see_them_and_after_deletion_nobody(tea: Desk) -> None:
    tea.member("tea", "carol")
    seq = tea.say("tea", "bob", "zero")
    edit(tea, seq, "one", 1)
    assert len(revisions(tea, seq, "alice")) == len(revisions(tea, seq, "bob")) == 1
    for user in ("carol", "dave"):
        with pytest.raises(Refusal) as caught:
            revisions(tea, seq, user)
        assert caught.value.code == Code.FORBIDDEN
    tea.erase("tea", "bob", seq)
    with pytest.raises(Refusal) as caught:
        revisions(tea, seq, "bob")
    assert caught.value.code == Code.GONE
    assert tea.database.rows("select * from revisions", {}) == []


# ---- mentions -----------------------------------------------------------------------------------


def mention(desk: Desk, author: str, *names: str, everyone: bool = False, few: int = 20) -> str:
    change = Append(
        "tea",
        "message",
        author,
        NOW,
        b"{}",
        numbered=True,
        mentions=Mentions(names, everyone, "moderator", few),
    )
    (event,) = desk.do(change).events
    assert latest(desk, 1).messages[0].mentions == event.mentions
    return " ".join(event.mentions)


def test_members_are_mentioned_and_nobody_else(tea: Desk) -> None:
    tea.member("tea", "carol")
    tea.member("tea", "carol", None)
    assert mention(tea, "alice", "bob", "carol", "dave", "nobody", "alice") == "bob alice"


def test_everyone_is_called_by_moderators_and_in_small_rooms(tea: Desk) -> None:
    assert mention(tea, "alice", everyone=True, few=0) == "*"
    assert mention(tea, "bob", everyone=True, few=2) == "*"
    assert mention(tea, "bob", "alice", everyone=True, few=1) == "alice"
