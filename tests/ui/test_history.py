"""A long conversation: pages come in above without a jump, and a failed message comes back."""

import pytest

from tests.ui.test_two_people import BOX, first_administrator, lines, say, state_of

pytestmark = pytest.mark.browser

SAID = 70
LIST = "document.querySelector('.list')"


@pytest.fixture
def anna(daemon, browser):
    window = browser.window(1280, 420)
    first_administrator(window, daemon.link(daemon.start()))
    window.click("button", "Join or make a room")
    window.click("dialog button", "Make a new room")
    window.write("#field-name", "Long")
    window.press("Enter")
    window.sees("This is the beginning of Long", ".talk")
    return window


def test_history_comes_in_above_and_the_place_stays(anna):
    for number in range(SAID):
        say(anna, f"line {number}")
    everything = [f"line {number}" for number in range(SAID)]
    anna.until(lambda: state_of(anna, everything[-1]) == "Sent", "all are stored", 60)
    assert lines(anna) == everything, "in the order in which they were written"

    anna.reload()
    anna.until(lambda: lines(anna)[-1:] == everything[-1:], "the latest page")
    assert len(lines(anna)) == 50
    end = f"{LIST}.scrollHeight - {LIST}.scrollTop - {LIST}.clientHeight"
    assert anna.js(end) <= 1, "a room opens at its end"

    messages = "[...document.querySelectorAll('.message')]"
    top = f"{messages}.find((one) => one.textContent.includes('line 25'))"
    anna.js(f"window.row = {top}; {LIST}.scrollTop = row.offsetTop - {LIST}.offsetTop - 90")
    before = anna.js("row.getBoundingClientRect().top")
    anna.until(lambda: lines(anna) == everything, "the earlier page")
    assert abs(anna.js("row.getBoundingClientRect().top") - before) <= 1
    anna.js(f"{LIST}.scrollTop = 0")
    anna.sees("This is the beginning of Long", ".talk")
    anna.click(".pill")
    anna.until(lambda: anna.js(end) <= 1, "the end again")


def test_a_message_that_is_refused_gives_its_text_back(anna):
    anna.write(BOX, "x" * 4097)
    anna.sees("-1", ".composer")
    assert anna.js("document.querySelector('.send').disabled")
    say(anna, "\u200b\u202e")
    anna.sees("Not sent.", ".message")
    anna.click(".failure button", "Back to the box")
    anna.wait("document.querySelector('.message') === null")
    assert anna.js(f"document.querySelector('{BOX}').value") != ""
