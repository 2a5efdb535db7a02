"""What one reads stays where it is, whatever changes around it, at every ratio of pixels."""

import functools

import pytest

from tests.ui.line import Line
from tests.ui.people import go
from tests.ui.test_messages import GENEROUS
from tests.ui.test_two_people import PASSWORD

pytestmark = pytest.mark.browser

SAID = 120
RATIOS = (1, 1.25, 2)
#: The first row in view, and its top.
FIRST = """(() => {
    const top = document.querySelector('.list').getBoundingClientRect().top;
    window.first = [...document.querySelectorAll('.message')]
        .find((one) => one.getBoundingClientRect().bottom > top);
    return first.getBoundingClientRect().top;
})()"""
#: The same row's, once two frames went by.
STILL = """new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(() =>
    setTimeout(() => then(first.isConnected ? first.getBoundingClientRect().top : null), 60))))"""
#: What becomes higher above it later, as a picture that comes late does.
LATE = """(() => {
    const picture = document.createElement('canvas');
    [picture.width, picture.height] = [40, 233];
    first.previousElementSibling.querySelector('.body').append(picture);
})()"""
LETTERS = "document.documentElement.style.fontSize = '{}px'"


@pytest.fixture
def reader(daemon, browser):
    """anna's window at a long room, a line of hers, the room's id."""
    daemon.configure(GENEROUS)
    secret = daemon.link(daemon.start()).partition("#setup=")[2]
    line = Line(daemon, "/api/setup", {"secret": secret, "name": "anna", "password": PASSWORD})
    room = line.do("create_room", name="Long", kind="public")["room"]
    for number in range(SAID):
        line.say(room, f"line {number}" + " and on" * (number % 40))
    window = browser.window(1280, 700)
    window.go(daemon.url)
    window.write("#name", "anna")
    window.write("#password", PASSWORD)
    window.press("Enter")
    go(window, "Long")
    window.sees(f"line {SAID - 1}", ".list")
    yield window, line, room
    line.close()
    assert window.complaints == []


def edit_above(window, line, room, text):
    above = "first.previousElementSibling.previousElementSibling"
    line.do("edit", room=room, seq=int(window.js(f"{above}.dataset.seq")), text=text)


def middle(window):
    window.js("document.querySelector('.list').scrollTop = 900")
    window.js("new Promise((then) => setTimeout(then, 250))")


def test_a_change_above_moves_nothing_that_is_read(reader):
    window, line, room = reader
    moved = {}
    for ratio in RATIOS:
        metrics = {"width": 1280, "height": 700, "deviceScaleFactor": ratio, "mobile": False}
        window.call("Emulation.setDeviceMetricsOverride", **metrics)
        assert window.js("devicePixelRatio") == ratio

        def try_it(name, change, done="true", ratio=ratio):
            middle(window)
            before = window.js(FIRST)
            change()
            window.wait(done)
            after = window.js(STILL)
            moved[name, ratio] = 99 if after is None else abs(after - before)

        text = f"It reads otherwise now, at {ratio}. " + "And longer. " * 60
        edit = functools.partial(edit_above, window, line, room, text)
        heard = f"document.querySelector('.list').innerText.includes('now, at {ratio}.')"
        try_it("edit", edit, heard)
        try_it("late picture", lambda: window.js(LATE))
        try_it("theme", lambda: window.theme("dark"))
        try_it("larger letters", lambda: window.js(LETTERS.format(19)))
        try_it("smaller letters", lambda: window.js(LETTERS.format(16)))
        window.theme("light")
    assert {name: by for name, by in moved.items() if by > 1} == {}


def test_an_earlier_page_moves_nothing_at_any_ratio(reader):
    window, _line, _room = reader
    for ratio in RATIOS:
        metrics = {"width": 1280, "height": 700, "deviceScaleFactor": ratio, "mobile": False}
        window.call("Emulation.setDeviceMetricsOverride", **metrics)
        window.reload()
        window.sees(f"line {SAID - 1}", ".list")
        loaded = window.count(".message")
        window.js("document.querySelector('.list').scrollTop = 700")
        before = window.js(FIRST)
        window.wait(f"document.querySelectorAll('.message').length > {loaded}")
        assert abs(window.js(STILL) - before) <= 1, ratio


@pytest.mark.parametrize(("above", "follows"), [(79, True), (82, False)])
def test_whoever_is_within_80_px_of_the_end_follows_it_and_nobody_else(reader, above, follows):
    window, line, room = reader
    place = "document.querySelector('.list')"
    far = f"{place}.scrollHeight - {place}.clientHeight - {place}.scrollTop"

    def stays():
        """Whoever is so near is taken along by rows that are still put in above."""
        window.js(f"{place}.scrollTop = {place}.scrollHeight - {place}.clientHeight - {above}")
        window.js("new Promise((then) => setTimeout(then, 250))")
        return abs(window.js(far) - above) <= 1

    window.until(stays, "nothing more is put in")
    window.js(FIRST)
    before = window.js(STILL)
    line.say(room, "One more, of a line and a half. " * 8)
    window.sees("of a line and a half", ".list")
    after = window.js(STILL)
    assert (window.js(far) <= 1) is follows
    assert (after == before) is not follows


def test_going_to_a_day_leads_to_its_first_message(reader):
    window, _line, _room = reader
    messages = "[...document.querySelectorAll('.message')]"
    first = f"{messages}.find((one) => one.textContent.includes('line 0'))"
    assert window.js(f"{first} === undefined"), "it is not loaded yet"
    window.click(".list .day button")
    window.click("dialog button", "Go")
    window.wait(f"{first}?.classList.contains('lit')")
    at = window.js(f"{first}.getBoundingClientRect().top")
    assert 0 < at < 700, "in view"
    assert window.js("document.querySelector('dialog') === null")
