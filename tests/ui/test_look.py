"""How parts of the page look beside one another: real page, real daemon, real layout."""

import json

import pytest

from tests.ui.people import another, go, join_room, make_room, menu_of, two
from tests.ui.test_files import BROUGHT, paste
from tests.ui.test_messages import GENEROUS
from tests.ui.test_two_people import say

pytestmark = pytest.mark.browser

LONG = "Kettles, pots, cups and all that belongs to them"
PANE = "document.querySelector('.app').dataset.pane"
FOCUSED = "document.activeElement.className"
#: Milliseconds after which the day is out of the way, and it is gone.
RESTED = "new Promise((then) => setTimeout(() => then(true), 1600))"


def style(window, selector, name):
    one = f"document.querySelector({json.dumps(selector)})"
    return window.js(f"getComputedStyle({one}).getPropertyValue({json.dumps(name)})")


def box(window, selector):
    one = f"document.querySelector({json.dumps(selector)})"
    return window.js(f"{one}.getBoundingClientRect().toJSON()")


def long_room(daemon, browser, messages=20):
    """anna in a room that is higher than her window."""
    daemon.configure(GENEROUS)
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    for number in range(messages):
        say(anna, f"{number}\nof some\nlines")
    anna.wait(f"document.querySelectorAll('.message[data-seq]').length === {messages}")
    return anna, ben


def test_the_drawings_of_a_menu_lie_on_nothing_and_those_of_files_on_a_square(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    menu_of(anna, "Tea")
    clear = "rgba(0, 0, 0, 0)"
    assert style(anna, ".menu .drawing", "background-color") == clear
    assert style(anna, ".menu .drawing", "width") == "20px"
    anna.press("Escape")
    paste(anna, ("plan.txt", "text/plain", "x"))
    assert style(anna, ".chip .drawing", "background-color") != clear
    assert style(anna, ".chip .drawing", "width") == "44px"


def test_a_name_that_is_too_long_for_its_place_ends_in_dots(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, LONG)
    ben.size(360, 740)
    ben.js("location.hash = '#/'")
    ben.click(".place button", "More")
    ben.click(".menu button", "create a room")
    ben.wait("document.querySelector('dialog .choice .name') !== null")
    name = "dialog .choice .name"
    one = f"document.querySelector('{name}')"
    assert ben.js(f"{one}.scrollWidth > {one}.clientWidth")
    # A box that lays out its own children shortens nothing of them.
    assert style(ben, name, "display") == "block"
    assert style(ben, name, "text-overflow") == "ellipsis"


def test_what_is_said_and_the_box_to_answer_have_one_measure_on_a_wide_screen(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    say(anna, "@everyone come")
    anna.wait("document.querySelector('.message .progress') !== null")
    anna.size(1920, 1080)
    row, composer = box(anna, ".message"), box(anna, ".composer")
    assert abs(row["left"] - composer["left"]) <= 1 and abs(row["right"] - composer["right"]) <= 1
    assert row["width"] < 1000 < box(anna, ".list")["width"]


def test_the_day_of_what_is_in_view_shows_while_one_scrolls_and_then_covers_nothing(
    daemon, browser
):
    anna, _ = long_room(daemon, browser)
    shown = "getComputedStyle(document.querySelector('.day')).opacity"
    anna.wait(f"{shown} === '0'")
    at = box(anna, ".day button")
    under = f"document.elementFromPoint({at['x'] + 20}, {at['y'] + 12}).closest('.day')"
    assert anna.js(f"{under} === null"), "a press there is for what is read"
    anna.js("document.querySelector('.list').scrollBy(0, -300)")
    anna.wait(f"{shown} === '1'")
    assert anna.js(f"{under} !== null")
    anna.wait(f"{shown} === '0'")
    # For the keyboard it is there.
    anna.js("document.querySelector('.day button').focus({ preventScroll: true })")
    anna.wait(f"{shown} === '1'")
    anna.js("document.activeElement.blur()")
    # In its own place among the messages it stays.
    anna.js("document.querySelector('.list').scrollTo(0, 0)")
    anna.js(RESTED)
    assert anna.js(shown) == "1"


def test_a_room_has_one_number_of_what_is_new_and_it_tells_of_a_mention(daemon, browser):
    anna, ben = two(daemon, browser)
    make_room(anna, "Announcements")
    make_room(anna, "Tea")
    join_room(ben, "Announcements")
    for text in ("Lunch", "@anna at noon", "Bring cups"):
        say(ben, text)
        ben.sees(text, ".list")
    badges = "[...document.querySelectorAll('.lists .item .count')].map((one) => one.innerText)"
    anna.wait(f"{badges}.join() === '@1'")
    anna.sees("3 unread messages", ".lists")
    anna.sees("1 of which mentions you", ".lists")
    anna.size(768, 1024)
    name = "document.querySelector('.lists .item.unread .name')"
    assert anna.js(f"{name}.scrollWidth <= {name}.clientWidth")


def test_beside_a_narrower_conversation_members_lie_over_all_of_it_until_one_is_done(
    daemon, browser
):
    anna, _ = long_room(daemon, browser)
    anna.size(768, 1024)
    anna.wait(RESTED)

    def opened():
        anna.click(".to-people")
        anna.wait(f"{PANE} === 'people'")
        anna.wait("document.activeElement.closest('.people') !== null")

    opened()
    # Nothing of what it lies over is drawn over it.
    anna.wait("document.querySelector('.people').getBoundingClientRect().right === 768")
    drawer = box(anna, ".people")
    for y in range(70, 1000, 30):
        for x in (drawer["left"] + 4, drawer["left"] + 60, 760):
            anna.js(f"document.querySelector('.list').scrollBy(0, {1 if y % 2 else -1})")
            assert anna.js(f"document.elementFromPoint({x}, {y}).closest('.people') !== null")
    assert style(anna, ".talk", "isolation") == "isolate", "its scrollbar and day neither"
    anna.press("Escape")
    anna.wait(f"{PANE} === 'talk' && {FOCUSED} === 'to-people'")
    opened()
    anna.press_at(drawer["left"] - 100, 500)
    anna.wait(f"{PANE} === 'talk' && {FOCUSED} === 'to-people'")
    assert anna.complaints == []


def test_a_word_about_files_covers_none_of_those_that_stand_above_the_box(daemon, browser):
    daemon.configure("[files]\nmax_bytes = 20000\n")
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    anna.size(390, 844, touch=True)
    paste(anna, ("plan.txt", "text/plain", "x"), ("tea.txt", "text/plain", "y"))
    anna.js(BROUGHT % json.dumps([("large.txt", "text/plain", "x" * 20_001)]))
    anna.sees("the limit is 20 kB", ".toast")
    assert box(anna, ".toast p")["bottom"] <= box(anna, ".chips")["top"]


def test_on_a_wide_screen_the_members_can_be_put_away_for_good(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    anna.sees("Members", ".people h2")
    wide = box(anna, ".talk")["width"]
    anna.click(".to-people")
    anna.wait("document.querySelector('.people').childElementCount === 0")
    assert box(anna, ".talk")["width"] > wide + 200
    assert anna.js("document.querySelector('.to-people').ariaExpanded") == "false"
    anna.reload()
    anna.sees("This is the beginning of Tea", ".talk")
    assert anna.count(".people *") == 0
    # A narrower window has its own way to them.
    anna.size(768, 1024)
    anna.click(".to-people")
    anna.sees("Here now", ".people")
    anna.press("Escape")
    anna.size(1280, 800)
    anna.wait("document.querySelector('.people').childElementCount === 0")
    anna.click(".to-people")
    anna.sees("Here now", ".people")


def test_beside_a_conversation_of_two_stands_whom_it_is_with_and_beside_notes_nothing(
    daemon, browser
):
    anna, ben = two(daemon, browser)
    make_room(anna, "Tea")
    join_room(ben, "Tea")
    make_room(anna, "Cake")
    anna.click(".place button", "More")
    anna.click(".menu button", "Write to somebody")
    anna.write("dialog #field-person", "ben")
    anna.press("Enter")
    anna.sees("Profile", ".people h2")
    anna.sees("@ben", ".people")
    anna.sees("Online", ".people")
    assert "Conversation" not in anna.js("document.querySelector('.people').innerText")
    ben.close()
    anna.sees("Last seen", ".people", 40)
    anna.click(".people button", "Add to a room")
    anna.click(".menu button", "Cake")
    anna.sees("is in Cake now", ".toast")
    anna.click(".people button", "Block")
    anna.click("dialog button", "Block")
    anna.sees("Unblock", ".people")
    anna.click(".sidebar .notes .item")
    anna.wait("document.querySelector('.people').childElementCount === 0")
    assert anna.count(".to-people") == 0
    other = another(daemon, browser, "ben")
    go(other, "Cake")
    assert anna.complaints == other.complaints == []


def test_arrow_keys_go_on_from_a_link_or_a_button_of_a_message(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    for text in ("First", "Second", "https://example.org/kettle"):
        say(anna, text)
    anna.wait("document.querySelectorAll('.message[data-seq]').length === 3")
    at = "document.activeElement.querySelector?.('.text')?.innerText"
    anna.js("document.querySelector('.message .text a').focus()")
    anna.press("ArrowUp")
    assert anna.js(at) == "Second"
    anna.js("document.querySelector('.message:focus [aria-label=More]').focus()")
    anna.press("ArrowUp")
    assert anna.js(at) == "First"
