"""A conversation's items in their latest state."""

from chatd.terminal.timeline import Pending, Timeline
from tests.terminal.telling import event, message


def timeline(*messages, **more):
    made = Timeline()
    made.latest({"messages": list(messages), **more})
    return made


def texts(found):
    return [one.get("text", "-") for one in found.messages()]


def test_pages_and_events_are_put_in_order_and_said_once():
    found = timeline(message(5, "e"), message(6, "f"), more_before=True)
    found.event(message(7, "g"), "u1")
    found.event(message(7, "g"), "u1")
    found.older({"messages": [message(2, "b"), message(3, "c")]})
    assert texts(found) == ["b", "c", "e", "f", "g"]
    assert not found.more_before and found.first == 2


def test_edits_and_deletions_leave_nothing_of_the_old_text():
    found = timeline(message(1, "old", reply_to=9, mentions=["u1"]), message(2, "secret"))
    found.event(event("edited", 3, target=1, text="new"), "u1")
    edited = found.message(1)
    assert (edited["text"], edited["reply_to"]) == ("new", 9)
    assert "edited" in edited and "mentions" not in edited
    found.event(event("deleted", 4, target=2), "u1")
    assert "secret" not in str(list(found)) and "deleted" in found.message(2)
    found.event(event("edited", 5, target=1, text="", deleted=7), "u1")
    assert "text" not in found.message(1)


def test_an_event_about_an_unknown_message_changes_nothing():
    found = timeline(message(5))
    found.event(event("edited", 6, target=2, text="x"), "u1")
    assert texts(found) == ["hello"]


def test_reactions_are_counted_as_the_server_counts():
    found = timeline(message(1))

    def react(who, emoji, on, count):
        found.event(event("reacted", 9, who=who, target=1, emoji=emoji, on=on, count=count), "u1")
        return [(one["emoji"], one["count"]) for one in found.message(1)["reactions"]]

    assert react("u2", "👍", True, 1) == [("👍", 1)]
    assert react("u1", "🎉", True, 1) == [("👍", 1), ("🎉", 1)]
    assert react("u1", "👍", True, 7) == [("👍", 7), ("🎉", 1)]
    assert found.message(1)["reactions"][0]["mine"] is True
    assert react("u1", "👍", False, 6) == [("👍", 6), ("🎉", 1)]
    assert found.message(1)["reactions"][0]["mine"] is False
    assert react("u1", "🎉", False, 0) == [("👍", 6)]


def test_pins_come_and_go_also_with_their_message():
    found = timeline(message(1), message(2))
    found.event(event("pinned", 3, target=1, on=True), "u1")
    found.event(event("pinned", 4, target=2, on=True), "u1")
    assert found.pins == {1, 2}
    found.event(event("pinned", 5, target=1, on=False), "u1")
    found.event(event("deleted", 6, target=2), "u1")
    assert found.pins == set()


def test_what_is_answered_is_known_and_changes_with_its_events():
    found = timeline(message(8, reply_to=1), quoted=[message(1, "before")])
    assert found.quoted(1)["text"] == "before" and found.message(1) is None
    found.event(event("edited", 9, target=1, text="after"), "u1")
    assert found.quoted(1)["text"] == "after"


def test_ones_own_message_waits_and_then_has_its_place():
    found = timeline(message(1))
    found.pending.append(Pending("k1", "mine", 0))
    found.pending.append(Pending("k2", "too long", 0))
    found.settle("k1", message(2, "mine", who="u1"))
    found.event(message(2, "mine", who="u1"), "u1")
    found.fail("k2", "It is too long.")
    assert texts(found) == ["hello", "mine"]
    assert [one.failed for one in found.pending] == ["It is too long."]


def test_an_event_that_came_before_the_reply_is_not_undone():
    found = timeline()
    found.event(message(2, "as stored", who="u1"), "u1")
    found.settle("k1", message(2, "as typed", who="u1"))
    assert texts(found) == ["as stored"]


def test_a_page_that_joins_what_is_known_stands_beside_it():
    found = timeline(message(1), message(2, "old"), message(4))
    found.newest({"messages": [message(2, "new"), message(5)], "more_before": True})
    assert [item["seq"] for item in found] == [1, 2, 4, 5]
    assert (found.message(2)["text"], found.more_before) == ("new", False)


def test_a_page_with_something_missing_before_it_takes_the_place_of_what_is_known():
    found = timeline(message(1), message(2))
    found.newest({"messages": [message(70), message(71)], "more_before": True})
    assert ([item["seq"] for item in found], found.more_before) == ([70, 71], True)


def test_what_is_old_goes_with_what_it_answered_and_can_be_read_again():
    page = [message(seq, reply_to=seq - 100) for seq in range(101, 111)]
    found = timeline(*page, quoted=[message(seq) for seq in range(1, 11)])
    found.trim(3)
    assert [item["seq"] for item in found] == [108, 109, 110]
    assert (found.more_before, found.first) == (True, 108)
    assert [seq for seq in range(1, 11) if found.quoted(seq)] == [8, 9, 10]
    found.older({"messages": [message(107)], "more_before": True})
    assert found.first == 107
