"""What fingers, small windows and large letters need: real page, real daemon."""

import json

import pytest

from tests.ui.browser import Window
from tests.ui.people import BOX, make_room, section, two
from tests.ui.test_messages import GENEROUS
from tests.ui.test_two_people import first_administrator, say

pytestmark = pytest.mark.browser

#: CSS pixels of each side that a finger hits; fields below 16 px make phones zoom into the page.
TARGET = 44
LETTERS = 16
#: Within a line of text (the exception of WCAG 2.2, 2.5.8); a quote is as high as its text.
IN_LINE = "button.inline, button.author, button.quote, .text a"


SMALL = """((inLine, target, letters) => {
    const found = [];
    const top = document.querySelector('dialog[open]') ?? document.body;
    const fields = 'input:not([type=radio], [type=checkbox]), select, textarea';
    for (const one of top.querySelectorAll(`button, a.item, summary, input, ${fields}`)) {
        if (!one.checkVisibility({ visibilityProperty: true }) || one.matches(inLine)) continue;
        if (one.closest('.ears, .tools')) continue;
        const whole = one.closest('label') ?? one;
        const box = whole.getBoundingClientRect();
        const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
        const hits = (dx, dy) => {
            const there = document.elementFromPoint(x + dx, y + dy);
            return there && (whole.contains(there) || one.contains(there));
        };
        if (!hits(0, 0)) continue;
        const reach = target / 2 - 1.5;
        const high = box.height >= target - 0.5 || (hits(0, -reach) && hits(0, reach));
        const wide = box.width >= target - 0.5 || (hits(-reach, 0) && hits(reach, 0));
        const size = parseFloat(getComputedStyle(one).fontSize);
        const legible = !one.matches(fields) || size >= letters;
        const name = `${one.tagName}.${one.className} ${box.width}×${box.height} ${size}`;
        if (!high || !wide || !legible) found.push(name);
    }
    return found;
})"""


def small(window: Window) -> list[str]:
    """What can be pressed and is lower or narrower than a finger: measured where a finger would
    come down, so that what is laid around a drawing counts; and fields of small letters."""
    return list(window.js(f"{SMALL}({json.dumps(IN_LINE)}, {TARGET}, {LETTERS})"))


def cut_off(window: Window) -> bool:
    """Whether the page is wider than its window, or the box lies outside of it."""
    return bool(
        window.js(
            """(() => {
                const wide = document.documentElement.scrollWidth > innerWidth;
                const top = document.querySelector('dialog[open]') ?? document.body;
                const inside = top.scrollWidth > top.clientWidth + 1;
                const box = document.querySelector('.composer textarea')?.getBoundingClientRect();
                return wide || inside || (box?.height > 0 && box.bottom > innerHeight);
            })()"""
        )
    )


@pytest.mark.parametrize("density", ["system", "compact"])
def test_all_that_is_pressed_is_as_large_as_a_finger(daemon, browser, density):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    say(anna, "Hello")
    anna.wait("document.querySelector('.message[data-seq]') !== null")
    anna.js(f"localStorage.setItem('density', {json.dumps(density)})")
    anna.reload()
    anna.size(390, 844, touch=True)
    anna.wait("document.querySelector('.message') !== null")
    assert small(anna) == []
    anna.js("document.querySelector('.to-people').click()")
    anna.wait("document.querySelector('.members .item') !== null")
    assert small(anna) == []
    anna.js("history.back()")
    anna.wait("document.querySelector('.app').dataset.pane === 'talk'")
    anna.js("document.querySelector('.to-list').click()")
    anna.wait("document.querySelector('.app').dataset.pane === 'list'")
    assert small(anna) == []
    anna.js("document.querySelector('.me button[aria-label=Settings]').click()")
    anna.wait("document.querySelector('dialog .entry') !== null")
    assert small(anna) == []
    for name in ("Profile", "Status", "Privacy", "Security", "Appearance", "Account"):
        section(anna, name)
        assert small(anna) == []
        anna.js("document.querySelector('.to-names').click()")
    front = browser.window(390, 844)
    front.size(390, 844, touch=True)
    front.go(daemon.url)
    front.wait("document.querySelector('#password') !== null")
    assert small(front) == []


#: Where the first rows of what is in view are, and what the bar lies over.
PLACES = """((rows) => {
    const all = [...document.querySelectorAll(rows)].filter((one) => one.checkVisibility());
    const bar = document.querySelector('.bar').getBoundingClientRect();
    const tops = all.map((one) => one.getBoundingClientRect().top);
    const list = all[0].closest('.list, .lists').getBoundingClientRect();
    const over = bar.height && bar.top < list.bottom - 1 && bar.bottom > list.top + 1;
    return { tops, over, bar: bar.height, wide: bar.width };
})"""


def moved(before, now):
    return max(abs(a - b) for a, b in zip(now["tops"], before["tops"], strict=True))


def test_on_a_phone_the_bar_lies_over_nothing_that_is_read_and_moves_nothing(daemon, browser):
    daemon.configure(GENEROUS)
    link = daemon.link(daemon.start())
    anna = browser.window()
    first_administrator(anna, link)
    make_room(anna, "Tea")
    for number in range(15):
        say(anna, f"{number}\nof some\nlines")
    anna.wait("document.querySelectorAll('.message[data-seq]').length === 15")
    anna.size(390, 844, touch=True)
    anna.js("document.querySelector('.list').scrollTop -= 300")
    anna.wait("new Promise((then) => setTimeout(() => then(true), 200))")
    talk, rooms = (f"{PLACES}({json.dumps(rows)})" for rows in (".message", "a.item"))
    before = anna.js(talk)
    daemon.relay.cut()
    anna.sees("Reconnecting", ".bar", 10)
    # What changes in height is told to the list with the next frame.
    anna.js("new Promise((then) => requestAnimationFrame(() => setTimeout(then)))")
    now = anna.js(talk)
    assert not now["over"] and now["wide"] == 390 and now["bar"] == TARGET
    assert moved(before, now) <= 1
    anna.js("document.querySelector('.to-list').click()")
    anna.wait("document.querySelector('.app').dataset.pane === 'list'")
    before = anna.js(rooms)
    assert not before["over"]
    daemon.relay.mend()
    anna.click(".bar button", "Now")
    anna.wait("document.querySelector('.bar').hidden", 30)
    assert moved(before, anna.js(rooms)) <= 1
    assert anna.complaints == []


@pytest.mark.parametrize("language", ["en", "ar"])
def test_at_twice_the_size_everything_is_still_there(daemon, browser, language):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    say(anna, "Hello, " * 40)
    anna.wait("document.querySelector('.message[data-seq]') !== null")
    anna.js(f"localStorage.setItem('language', {json.dumps(language)})")
    anna.reload()
    # A window of 1280×800 at 200 %, and one of 320 pixels (WCAG 2.2, 1.4.10).
    for width, height in ((640, 400), (320, 512)):
        anna.size(width, height)
        anna.wait("document.querySelector('.message') !== null")
        assert not cut_off(anna)
        anna.js("document.querySelector('.to-list').click()")
        anna.wait("document.querySelector('.app').dataset.pane === 'list'")
        assert not cut_off(anna)
        anna.js("document.querySelector('.me > button:last-child').click()")
        anna.wait("document.querySelector('dialog .entry') !== null")
        for at in range(int(anna.count("dialog .entry"))):
            anna.js(f"document.querySelectorAll('dialog .entry')[{at}].click()")
            assert not cut_off(anna)
        anna.press("Escape")
        anna.wait("document.querySelector('dialog') === null")
        anna.js("document.querySelector('.lists a.item').click()")
        anna.wait("document.querySelector('.app').dataset.pane === 'talk'")


def test_on_a_phone_a_longer_text_has_the_whole_width_and_the_buttons_are_below_it(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    anna.size(360, 740, touch=True)
    area = "document.querySelector('.composer textarea')"
    anna.write(BOX, "Yes")
    short = anna.js(f"{area}.clientHeight")
    anna.write(BOX, "Could we meet on Tuesday instead? The room upstairs is free then.")
    anna.wait(f"{area}.clientWidth > 300")
    assert anna.js(f"{area}.clientHeight") < 3 * short
    assert small(anna) == [] and not cut_off(anna)
    below = "[...document.querySelectorAll('.box button')].filter((one) => one.checkVisibility())"
    bottom = anna.js(f"{area}.getBoundingClientRect().bottom")
    tops = anna.js(f"{below}.map((one) => one.getBoundingClientRect().top)")
    assert len(tops) == 4 and all(top >= bottom for top in tops)
    # It does not jump back while one takes words away, and is one line again for the next.
    anna.write(BOX, "Could")
    assert anna.js(f"{area}.clientWidth") > 300
    anna.write(BOX, "")
    anna.wait(f"{area}.clientWidth < 250 && {area}.clientHeight === {short}")
