"""The whole picture, without a terminal: sizes, what is seen, what a click means."""

import pytest

from chatd.terminal.look import ASCII, UNICODE
from chatd.terminal.model import Chat
from chatd.terminal.picture import Painter, in_ascii
from chatd.terminal.timeline import Pending
from chatd.terminal.view import Popup, View
from chatd.terminal.width import row_columns
from tests.terminal.telling import AT, event, message, state

SIZES = [(80, 24), (200, 50), (44, 15), (70, 10), (110, 30), (20, 6), (12, 3)]


class Scene:
    def __init__(self, signs=UNICODE) -> None:
        self.chat = Chat()
        self.chat.welcome({"user": "u1", "name": "alice", "features": []})
        self.chat.set_rooms([state(), state("r2", slug="general", unread=2, mentions=1)])
        self.view = View(room="r1")
        self.painter = Painter(self.chat, self.view, signs, "chat.example.org")

    def say(self, *messages, **more):
        there = {"seq": len(messages), "number": len(messages), "topic": "Leaves", **more}
        self.chat.opened({"room": state(**there), "messages": list(messages)})
        members = [{"user": "u1", "name": "alice", "role": "owner"}]
        self.chat.rooms["r1"].members = members
        return self.chat.rooms["r1"]

    def paint(self, width=80, height=24):
        return self.painter.paint(width, height, AT)

    def text(self, width=80, height=24):
        return ["".join(part for _, part in row) for row in self.paint(width, height).rows]


@pytest.fixture
def scene():
    return Scene()


def shown(scene, *size):
    return "\n".join(scene.text(*size))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("pane", ["rooms", "talk", "members"])
@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_every_row_has_the_width_of_the_terminal(size, pane, signs):
    scene = Scene(signs)
    room = scene.say(
        message(1, "茶葉 " * 40),
        message(2, "x" * 300, who="u1", reply_to=1),
        message(
            3,
            "👩\u200d👩\u200d👧 ❤\ufe0f 🇩🇪 \x1b[31m e\u0301",
            reactions=[{"emoji": "👍", "count": 2, "users": ["u1"]}],
        ),
        message(4, "", deleted=5),
        event("membership", 5, who="u3", user="u3", user_name="carol", change="joined"),
        message(6, "card", data={"chatd.card": {"title": "茶" * 50, "fields": [{"name": "a"}]}}),
    )
    room.timeline.pending.append(Pending("k", "waiting " * 20, AT, failed="It is too long."))
    room.editor.set("half a\nthought 茶葉")
    scene.view.pane = pane
    for popup in (None, Popup("help", "Help", [(((None, "y" * 99),), None)] * 50, is_list=False)):
        scene.view.popup = popup
        picture = scene.paint(*size)
        assert len(picture.rows) == size[1]
        assert {row_columns(row) for row in picture.rows} == {size[0]}
        assert all("\x1b" not in part for row in picture.rows for _, part in row)
        if signs is ASCII:
            rows = [in_ascii(row) for row in picture.rows]
            assert {row_columns(row) for row in rows} == {size[0]}
            assert all(part.isascii() for row in rows for _, part in row)
        if picture.cursor is not None:
            assert 0 <= picture.cursor[0] <= size[0] and 0 <= picture.cursor[1] < size[1]


def test_wide_has_members_and_narrow_has_one_pane(scene):
    scene.say(message(1))
    assert "owner" in shown(scene, 120, 30) and "# general" in shown(scene, 120, 30)
    assert "owner" not in shown(scene, 100, 30) and "# general" in shown(scene, 100, 30)
    assert "# general" not in shown(scene, 60, 20) and "hello" in shown(scene, 60, 20)
    scene.view.pane = "rooms"
    assert "# general" in shown(scene, 60, 20) and "hello" not in shown(scene, 60, 20)


def test_a_room_with_a_mention_shows_its_count(scene):
    scene.say(message(1))
    row = next(line for line in scene.text() if "# general" in line)
    assert row.split("│")[0].rstrip().endswith("@2")


def test_messages_of_one_person_stand_together(scene):
    scene.say(message(1, "one"), message(2, "two"), message(3, "three", who="u3"))
    text = shown(scene)
    assert text.count("bob") == 1 and text.count("carol") == 1
    far = message(4, "four", who="u3", at=AT + 10 * 60_000)
    scene.say(message(3, "three", who="u3"), far)
    assert shown(scene).count("carol") == 2


def test_only_what_is_on_the_screen_to_its_end_is_seen(scene):
    scene.say(*(message(number, f"line {number}") for number in range(1, 101)))
    picture = scene.paint()
    assert picture.seen == 100 and picture.at_end
    scene.view.anchor = (50, 0)
    picture = scene.paint()
    assert picture.seen == 50 and not picture.at_end
    scene.say(message(1, "long " * 100))
    scene.view.anchor = (1, 2)
    assert scene.paint(80, 8).seen is None


def test_a_room_is_shown_from_where_the_unread_begins(scene):
    lines = [message(number, f"line {number}") for number in range(1, 101)]
    scene.say(*lines, read=20, unread=80)
    scene.view.to_unread = True
    text = shown(scene)
    assert " new " in text and "line 21 " in text and "line 100" not in text
    scene.view.anchor = None
    assert "line 100" in shown(scene)


def test_what_is_scrolled_to_stays_when_older_messages_come(scene):
    room = scene.say(*(message(number, f"line {number}") for number in range(50, 101)))
    scene.view.anchor = (60, 0)
    before = [line for line in scene.text() if "line" in line][-1]
    older = [message(number, f"line {number}") for number in range(1, 50)]
    room.timeline.older({"messages": older})
    assert [line for line in scene.text() if "line" in line][-1] == before


def test_clicks_mean_rooms_messages_and_the_line_one_writes_in(scene):
    scene.say(message(1, "first"), message(2, "second"))
    picture, text = scene.paint(), scene.text()
    row = next(number for number, line in enumerate(text) if "# general" in line)
    region = picture.region(3, row)
    assert (region.kind, region.values[row - region.top]) == ("rooms", "r2")
    row = next(number for number, line in enumerate(text) if "second" in line)
    region = picture.region(50, row)
    assert (region.kind, region.values[row - region.top]) == ("talk", 2)
    row = next(number for number, line in enumerate(text) if "Write to #tea" in line)
    assert picture.region(50, row).kind == "write"


def test_a_box_takes_the_clicks_of_what_it_covers(scene):
    scene.say(message(1))
    scene.view.popup = Popup("switch", "Go to", [(((None, "one"),), 1), (((None, "two"),), 2)])
    picture, text = scene.paint(), scene.text()
    row = next(number for number, line in enumerate(text) if "two" in line)
    region = picture.region(30, row)
    assert (region.kind, region.values[row - region.top]) == ("choices", (1, 2))
    assert picture.region(1, 1).kind == "outside"


def test_how_far_ones_own_message_got_is_seen(scene):
    room = scene.say(message(1, "mine", who="u1"))

    def tick():
        return next(line for line in scene.text() if "mine" in line).rstrip().rsplit(" ", 1)[1]

    assert tick() == "✓"
    room.marks["u2"] = (1, 0)
    assert tick() == "✓✓"
    assert ("dim", "✓✓") in [run for row in scene.paint().rows for run in row]
    room.marks["u2"] = (1, 1)
    assert ("seen", "✓✓") in [run for row in scene.paint().rows for run in row]


def test_answers_quote_and_a_deleted_message_says_nothing(scene):
    scene.say(
        message(1, "the question"),
        message(2, "the answer", reply_to=1),
        message(3, "", deleted=1),
        message(4, "late", reply_to=99),
    )
    text = shown(scene)
    assert "┃ bob: the question" in text and "This message was deleted." in text
    assert "┃ answers message 99" in text


def test_links_and_ones_own_name_stand_out(scene):
    scene.say(message(1, "see https://tea.example/a?b=c. @alice @carol @room mail@alice"))
    runs = [run for row in scene.paint().rows for run in row]
    assert ("link", "https://tea.example/a?b=c") in runs
    assert ("mention", "@alice") in runs and ("mention", "@room") in runs
    assert ("bold", "@carol") in runs
    assert runs.count(("mention", "@alice")) == 1


def test_a_card_is_drawn_in_place_of_its_text(scene):
    card = {
        "title": "Build failed",
        "color": "red",
        "fields": [{"name": "branch", "value": "main"}],
        "buttons": [{"label": "Log", "url": "https://ci.example/7"}],
    }
    scene.say(message(1, "Build failed in words", data={"chatd.card": card}))
    text = shown(scene)
    assert "branch: main" in text and "[Log] https://ci.example/7" in text
    assert "in words" not in text
    assert ("stripe red", "┃ ") in [run for row in scene.paint().rows for run in row]


@pytest.mark.parametrize("data", [{"chatd.card": 5}, {"chatd.card": {"title": 7}}, {"x.y": {}}])
def test_what_is_no_card_leaves_the_text(scene, data):
    scene.say(message(1, "in words", data=data))
    assert "in words" in shown(scene)


def test_what_was_dropped_and_read_again_is_drawn_anew(scene):
    room = scene.say(message(1, "Earl Grey"), message(2))
    assert "Earl Grey" in shown(scene)
    room.timeline.trim(1)
    assert "Earl Grey" not in shown(scene)
    assert list(scene.painter._talk._drawn) == [2]
    room.timeline.older({"messages": [message(1, "Assam")]})
    assert "Assam" in shown(scene)


@pytest.mark.parametrize("width", [80, 120])
def test_without_a_connection_the_way_out_is_on_the_screen(scene, width):
    scene.say(message(1))
    scene.view.offline = "Not connected; trying again ..."
    assert "Ctrl-Q quit" in scene.text(width)[-1]
