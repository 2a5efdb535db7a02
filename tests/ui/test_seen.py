"""Who has seen what, and since when: real page, real daemon, two and three people."""

import re

import pytest

from tests.ui.people import go, join_room, make_room, somebody, two
from tests.ui.test_two_people import say, state_of

pytestmark = pytest.mark.browser


def test_of_two_the_one_reads_when_the_other_saw_it_and_nothing_moves_for_it(daemon, browser):
    anna, ben = two(daemon, browser)
    anna.click(".place button", "More")
    anna.click(".menu button", "Write to somebody")
    anna.write("dialog #field-person", "ben")
    anna.press("Enter")
    say(anna, "Are you there?")
    anna.wait("document.querySelector('.message .progress') !== null")
    where = "document.querySelector('.message .line').getBoundingClientRect().toJSON()"
    before = anna.js(where)
    go(ben, "anna")
    seen = "document.querySelector('.seen-at')?.textContent ?? ''"
    words = anna.wait(seen)
    assert re.fullmatch(r"Seen \d{1,2}:\d\d.*", words), words
    assert anna.js(where) == before
    assert state_of(anna, "Are you there?") == words
    anna.reload()
    assert anna.wait(seen) == words
    say(ben, "Here I am")
    anna.sees("Here I am", ".talk")
    anna.wait(f"({seen}) === ''")
    assert anna.complaints == ben.complaints == []


def test_in_a_room_circles_stand_where_everybody_has_read_to_and_lines_do_not_move(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    (carl,) = somebody(daemon, browser, anna, "carl")
    join_room(carl, "Tea")
    carl.look_away()
    say(anna, "First")
    ben.sees("First", ".talk")
    line = "document.querySelector('.message .line').getBoundingClientRect().toJSON()"
    before = anna.js(line)
    at = """[...document.querySelectorAll('.message')].map((one) =>
        [one.querySelector('.line').textContent, one.querySelector('.readers')?.ariaLabel ?? ''])"""
    anna.until(lambda: dict(anna.js(at))["First"].startswith("Read up to here by ben, seen"), "ben")
    assert anna.js(line) == before
    carl.look_back()
    anna.until(lambda: "carl" in dict(anna.js(at))["First"], "carl")
    carl.look_away()
    say(anna, "Second")
    anna.until(lambda: "ben" in dict(anna.js(at)).get("Second", ""), "ben goes on")
    assert dict(anna.js(at))["First"].startswith("Read up to here by carl")
    anna.click(".readers")
    anna.sees("Who has read it", "dialog")


def test_who_looks_for_less_than_half_a_second_has_not_seen_it(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    say(ben, "Hello")
    anna.sees("Hello", ".talk")
    ben.look_away()
    say(anna, "Quick")
    anna.until(lambda: state_of(anna, "Quick") in ("Sent", "Delivered"), "it is stored")
    # The page would say it is looked at for 200 ms, and then no more.
    ben.js(
        """(async () => {
            const looks = (state) => {
                const property = { value: state, configurable: true };
                Object.defineProperty(document, 'visibilityState', property);
                document.hasFocus = () => state === 'visible';
                dispatchEvent(new Event('focus'));
                document.dispatchEvent(new Event('visibilitychange', { bubbles: true }));
            };
            looks('visible');
            await new Promise((then) => setTimeout(then, 200));
            looks('hidden');
            await new Promise((then) => setTimeout(then, 1500));
        })()"""
    )
    assert state_of(anna, "Quick") in ("Sent", "Delivered")
    ben.look_back()
    ben.js("delete document.visibilityState; delete document.hasFocus")
    ben.js("dispatchEvent(new Event('focus'))")
    anna.until(lambda: state_of(anna, "Quick").startswith("Seen"), "it is seen")
