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
    ben.click(".failure button", "Edit")
    ben.wait(f"document.querySelector('{BOX}').value === {text.strip()!r}")
    ben.wait("document.querySelector('.failure') === null")
    ben.wait(f"{LEFT} === '{100 - len(text.strip())}'")
    ben.write(BOX, "A short story.")
    ben.press("Enter")
    anna.sees("A short story.", ".talk")
    assert anna.complaints == ben.complaints == []


#: A picture as the system's clipboard or a hand brings it; whether the page let it pass.
BROUGHT = """(() => {
    const data = new DataTransfer();
    data.items.add(new File([new Uint8Array(8)], 'a.png', { type: 'image/png' }));
    %s
    const one = document.querySelector('.composer textarea');
    const fields = { bubbles: true, cancelable: true };
    const event = '%s' === 'paste'
        ? new ClipboardEvent('paste', { ...fields, clipboardData: data })
        : new DragEvent('%s', { ...fields, dataTransfer: data });
    return one.dispatchEvent(event);
})()"""


def test_where_no_files_are_taken_a_picture_is_turned_away_in_words_and_the_text_stays(
    daemon, browser
):
    daemon.configure("[files]\nenabled = false\n")
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    assert anna.js("document.querySelector('.box .icon-clip').getClientRects().length") == 0
    anna.write(BOX, "Look at this:")
    for way in ("paste", "drop"):
        assert anna.js(BROUGHT % ("", way, way)) is False, way
        anna.sees("cannot be sent here yet", ".toast")
        anna.js("document.querySelector('.toast').replaceChildren()")
        assert box(anna, "value") == "Look at this:"
    # A browser that may drop it would open it in place of the page.
    assert anna.js(BROUGHT % ("", "dragover", "dragover")) is False
    # A passage of a document that has its picture beside it is text.
    text = "data.setData('text/plain', 'words');"
    assert anna.js(BROUGHT % (text, "paste", "paste")) is True
    assert anna.js("document.querySelector('.toast').textContent") == ""


def test_the_box_fits_its_text_again_where_the_window_becomes_narrower(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    anna.write(BOX, "A line that fits a desk, and is too long for a narrow phone")
    one = box(anna, "clientHeight")
    anna.size(360, 740)
    anna.wait(f"document.querySelector('{BOX}').clientHeight > {one + 15}")
    assert box(anna, "scrollHeight") <= box(anna, "clientHeight") + 1
    anna.size(1280, 800)
    anna.wait(f"document.querySelector('{BOX}').clientHeight === {one}")


def test_enter_that_ends_a_word_of_an_input_method_sends_nothing(daemon, browser):
    """https://w3c.github.io/uievents/#event-type-compositionstart; Safari ends one before the key,
    whose code is 229 then."""
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    anna.write(BOX, "にほん")
    press = f"""((more) => document.querySelector('{BOX}').dispatchEvent(
        new KeyboardEvent('keydown', {{ key: 'Enter', bubbles: true, cancelable: true, ...more }}),
    ))"""
    for more in ("{ isComposing: true }", "{ keyCode: 229 }"):
        assert anna.js(f"{press}({more})"), "the input method keeps its key"
        assert (box(anna, "value"), anna.count(".message")) == ("にほん", 0)
    assert not anna.js(f"{press}({{}})")
    anna.sees("にほん", ".list")


def test_what_is_written_is_kept_within_300_ms_and_is_there_after_a_reload(daemon, browser):
    anna, _ = two(daemon, browser)
    make_room(anna, "Tea")
    anna.write(BOX, "half a sen")
    anna.js("new Promise((then) => setTimeout(then, 300))")
    assert anna.js("Object.values(sessionStorage).some((one) => one.includes('half a sen'))")
    anna.reload()
    anna.wait(f"document.querySelector('{BOX}')?.value === 'half a sen'")
