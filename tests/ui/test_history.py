"""A long conversation: pages come in above without a jump, and a failed message comes back."""

import pytest

from tests.ui.line import Line
from tests.ui.people import join_room, make_room, two
from tests.ui.test_messages import GENEROUS
from tests.ui.test_two_people import (
    BOX,
    PASSWORD,
    first_administrator,
    lines,
    say,
    state_of,
)

pytestmark = pytest.mark.browser

SAID = 70
LIST = "document.querySelector('.list')"
AT_EDGE = f"{LIST}.scrollTop === 0"
AT_END = f"{LIST}.scrollHeight - {LIST}.scrollTop - {LIST}.clientHeight <= 1"


@pytest.fixture
def anna(daemon, browser):
    window = browser.window(1280, 420)
    first_administrator(window, daemon.link(daemon.start()))
    window.click("button", "Join or create a room")
    window.click("dialog button", "Create a new room")
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


def test_whoever_finds_much_that_is_new_is_led_to_its_beginning_and_nothing_moves(daemon, browser):
    daemon.configure(GENEROUS)
    anna, ben = two(daemon, browser)
    make_room(anna, "Long")
    join_room(ben, "Long")
    say(ben, "Before lunch")
    ben.until(lambda: state_of(ben, "Before lunch").startswith(("Sent", "Seen")), "stored")
    room = ben.js("location.hash").split("/")[-1]
    ben.go("about:blank")
    line = Line(daemon, "/api/session", {"name": "anna", "password": PASSWORD})
    for number in range(130):
        line.say(room, f"line {number}" + " and on" * (number % 40))
    line.close()
    ben.call(
        "Page.addScriptToEvaluateOnNewDocument",
        source="""
        window.shift = 0;
        new PerformanceObserver((list) => {
            for (const one of list.getEntries()) window.shift += one.value;
        }).observe({ type: 'layout-shift', buffered: true });
        """,
    )
    ben.go(f"{daemon.url}/#/room/{room}")
    ben.wait("document.querySelector('.list .new') !== null")
    below = "document.querySelector('.list .new').nextElementSibling.querySelector('.line')"
    assert ben.js(f"{below}.textContent") == "line 0"
    ben.js("new Promise((then) => setTimeout(then, 1500))")
    assert ben.js("window.shift") <= 0.02
    part = """(() => {
        const [list, line] = ['.list', '.list .new'].map((one) => document.querySelector(one));
        const top = list.getBoundingClientRect().top;
        return (line.getBoundingClientRect().top - top) / list.clientHeight;
    })()"""
    assert 0.3 < ben.js(part) < 0.37, "a third from the top"
    assert ben.complaints == []


def test_a_message_that_is_refused_gives_its_text_back(anna):
    anna.write(BOX, "x" * 4097)
    anna.sees("-1", ".composer")
    assert anna.js("document.querySelector('.send').disabled")
    say(anna, "\u200b\u202e")
    anna.sees("Not sent.", ".message")
    # It would be refused again, however often it is sent.
    buttons = "[...document.querySelectorAll('.failure button')].map((one) => one.innerText)"
    assert anna.js(buttons) == ["Edit", "Discard"]
    anna.click(".failure button", "Edit")
    anna.wait("document.querySelector('.message') === null")
    assert anna.js(f"document.querySelector('{BOX}').value") != ""
    anna.press("Enter")
    anna.sees("Not sent.", ".message")
    anna.click(".failure button", "Discard")
    anna.wait("document.querySelector('.message') === null")
    assert anna.js(f"document.querySelector('{BOX}').value") == ""
    anna.reload()
    anna.wait(f"document.querySelector('{BOX}') !== null")
    assert anna.count(".message") == 0


def test_of_a_thousand_messages_a_few_are_in_the_document_and_all_can_be_reached(daemon, browser):
    daemon.configure(GENEROUS)
    secret = daemon.link(daemon.start()).partition("#setup=")[2]
    line = Line(daemon, "/api/setup", {"secret": secret, "name": "anna", "password": PASSWORD})
    long = line.do("create_room", name="Long", kind="public")["room"]
    for number in range(1000):
        line.say(long, f"line {number}" + " and on" * (number % 40))
    line.close()
    anna = browser.window(1280, 700)
    anna.go(daemon.url)
    anna.write("#name", "anna")
    anna.write("#password", PASSWORD)
    anna.press("Enter")
    anna.click(".sidebar a.item", "Long")
    anna.sees("line 999", ".list")
    anna.js(
        """
        Object.assign(window, { most: 0, seen: new Set(), jumps: [] });
        const list = document.querySelector('.list');
        const messages = () => [...list.querySelectorAll('.message')];
        let held = null;
        const hold = () => {
            const top = list.getBoundingClientRect().top;
            const one = messages().find((each) => each.getBoundingClientRect().bottom > top);
            held = { one, top: one.getBoundingClientRect().top };
        };
        list.addEventListener('scroll', hold, true);
        const look = () => {
            most = Math.max(most, messages().length);
            for (const one of messages()) seen.add(one.textContent.match(/line [0-9]+/)?.[0]);
            if (!held?.one.isConnected) return;
            const moved = held.one.getBoundingClientRect().top - held.top;
            if (Math.abs(moved) > 1) jumps.push(moved);
        };
        new MutationObserver(look).observe(list, { childList: true, subtree: true });
        look();
        window.walk = (by) => { list.scrollTop += by, hold(); };
        """
    )
    for by, end in ((-600, "line 0"), (600, "line 999")):
        anna.until(
            lambda by=by, end=end: anna.js(
                f"walk({by}), seen.has('{end}') && {AT_EDGE if by < 0 else AT_END}"
            ),
            f"scrolled to {end}",
            90,
        )
    assert anna.js("seen.size") == 1000
    assert anna.js("most") <= 250
    assert anna.js("jumps") == [], "what is in view stays when rows come and go beside it"
    assert anna.complaints == []
