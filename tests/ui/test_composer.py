"""The box where one writes: how it grows, counts, and gets back what could not be sent."""

import pytest

from tests.ui.people import BOX, join_room, make_room, two
from tests.ui.test_two_people import say

pytestmark = pytest.mark.browser

LEFT = "document.querySelector('.composer .left').textContent"


def box(window, what):
    return window.js(f"document.querySelector('{BOX}').{what}")


def test_the_box_grows_to_eight_lines_and_scrolls_from_then_on(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    heights = []
    for lines in (1, 2, 8, 9, 40):
        anna.write(BOX, "\n".join(["line"] * lines))
        heights.append(box(anna, "clientHeight"))
    one, two_lines, eight, nine, forty = heights
    line = two_lines - one
    assert line > 15
    assert abs(eight - (one + 7 * line)) <= 2
    assert nine == forty and eight <= nine <= eight + 2
    assert box(anna, "scrollHeight") > box(anna, "clientHeight") + 30 * line
    # The end, where one writes, is in view, and the last message is not hidden behind the box.
    assert box(anna, "scrollTop") > 30 * line
    anna.write(BOX, "")
    assert box(anna, "clientHeight") == one


def test_near_the_limit_what_is_left_is_counted_and_beyond_it_nothing_is_sent(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    anna.write(BOX, "x" * 3800)
    assert anna.js(LEFT) == ""
    where = "document.querySelector('.composer .send').getBoundingClientRect().toJSON()"
    for count, left in ((3897, "199"), (4096, "0"), (4100, "-4")):
        anna.write(BOX, "\U0001f375" * count)
        assert anna.js(LEFT) == left
    there = anna.js(where)
    assert anna.js("document.querySelector('.composer .send').disabled")
    anna.press("Enter")
    assert len(box(anna, "value")) == 4100 and anna.count(".message") == 0
    anna.write(BOX, "\U0001f375" * 4096)
    assert anna.js(where)["right"] == there["right"]
    anna.press("Enter")
    anna.wait("document.querySelector('.message .progress') !== null")
    assert box(anna, "value") == ""


def test_what_the_server_refuses_is_given_back_to_the_box(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    say(ben, "Hello")
    daemon.relay.cut()
    text = "A long story. " * 20
    say(ben, text.strip())
    ben.wait("document.querySelectorAll('.message').length === 2")
    daemon.configure("[limits]\ntext_code_points = 100\n")
    daemon.reload()
    daemon.relay.mend()
    ben.sees("Not sent.", ".failure", 30)
    ben.click(".failure button", "Back to the box")
    ben.wait(f"document.querySelector('{BOX}').value === {text.strip()!r}")
    ben.wait("document.querySelector('.failure') === null")
    ben.wait(f"{LEFT} === '{100 - len(text.strip())}'")
    ben.write(BOX, "A short story.")
    ben.press("Enter")
    anna.sees("A short story.", ".talk")
    assert anna.complaints == ben.complaints == []
