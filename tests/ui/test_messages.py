"""What people do with messages at two windows: answer, react, mention, pin, pass on, find."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.ui.browser import Browser, Window
from tests.ui.daemon import Daemon
from tests.ui.line import Line
from tests.ui.people import sit_down
from tests.ui.test_two_people import BOX, PASSWORD, lines, say, state_of

pytestmark = pytest.mark.browser

#: Enough for a test to say three hundred things in a moment.
GENEROUS = """[limits]
messages_per_second = 2000.0
messages_burst = 5000.0
user_messages_per_second = 2000.0
user_messages_burst = 5000.0
bytes_per_second = 1e7
bytes_burst = 1e7
"""


@dataclass
class Two:
    """Anna and Ben, each at a window with the room Tea in view, and each on a line of their own."""

    daemon: Daemon
    anna: Window
    ben: Window
    anna_line: Line
    ben_line: Line
    tea: str

    def enter(self, window: Window, room: str) -> None:
        window.go(f"{self.daemon.url}/#/room/{room}")
        window.wait("document.querySelector('.rows .message, .rows .start') !== null")


@pytest.fixture
def two(daemon: Daemon, browser: Browser) -> Iterator[Two]:
    daemon.configure(GENEROUS)
    secret = daemon.link(daemon.start()).partition("#setup=")[2]
    account = {"password": PASSWORD}
    anna_line = Line(daemon, "/api/setup", {"secret": secret, "name": "anna", **account})
    invitation = anna_line.post("/api/invitations", {"uses": 1})["secret"]
    ben_line = Line(daemon, "/api/register", {"secret": invitation, "name": "ben", **account})
    tea = anna_line.do("create_room", name="Tea", kind="public")["room"]
    ben_line.do("join", room=tea)
    found = Two(daemon, browser.window(), browser.window(), anna_line, ben_line, tea)
    for line, window in ((anna_line, found.anna), (ben_line, found.ben)):
        sit_down(window, daemon.url, line)
        found.enter(window, tea)
    yield found
    for window in (found.anna, found.ben):
        assert window.complaints == []
    anna_line.close()
    ben_line.close()


def message(text: str) -> str:
    """The row of the message that says so, in JavaScript."""
    rows = "[...document.querySelectorAll('.list .message')]"
    said = "one.querySelector('.line .text')?.textContent"
    return f"{rows}.find((one) => {said} === {json.dumps(text)})"


def press(window: Window, text: str, label: str) -> None:
    """Presses a button of the bar over a message."""
    # By its place in the log: a row that its events draw anew is another element.
    row = f'.list .message[data-seq="{window.wait(f"{message(text)}?.dataset.seq")}"]'
    bar = f"document.querySelector('{row} .tools')?.getClientRects().length > 0"

    def shows() -> bool:
        # Drawn anew, it may lie under a hand that rests, and not know.
        window.hover(f"{row} .line")
        return bool(window.js(bar))

    window.until(shows, f"the bar over {text!r}")
    window.click(f"{row} .tools button", label)


def menu(window: Window, text: str, label: str) -> None:
    press(window, text, "More")
    window.click(".menu button", label)


def test_a_browser_takes_long_messages_deflated(two: Two) -> None:
    for window in (two.anna, two.ben):
        agreed = window.upgrades[-1]["sec-websocket-extensions"]
        assert agreed.startswith("permessage-deflate; server_no_context_takeover")
    text = "the same words again and again, and again the same words, grüße " * 30
    two.anna_line.do("send", room=two.tea, text=text)
    for window in (two.anna, two.ben):
        window.sees(text.strip())
    say(two.ben, text[::-1].strip())
    two.anna.sees(text[::-1].strip())


def test_an_answer_shows_what_it_answers_and_leads_there(two):
    say(two.anna, "Which tea?")
    two.ben.sees("Which tea?", ".list")
    press(two.ben, "Which tea?", "Reply")
    two.ben.sees("Replying to anna · Which tea?", ".strip")
    two.ben.press("Escape")
    two.ben.wait("document.querySelector('.strip').hidden")
    press(two.ben, "Which tea?", "Reply")
    say(two.ben, "The green one")
    for window in (two.anna, two.ben):
        window.wait(f"{message('The green one')} !== undefined")
        window.wait("document.querySelector('.quote .quoted').textContent === 'Which tea?'")
    assert two.ben.js("document.querySelector('.strip').hidden"), "the next one answers nothing"
    two.anna.click(".quote")
    two.anna.wait(f"{message('Which tea?')}.classList.contains('lit')")
    menu(two.anna, "Which tea?", "Delete")
    two.anna.click("dialog button.danger")
    two.ben.sees("This message was deleted.", ".quote .quoted")


def chips(window: Window, text: str) -> list[str]:
    found = f"[...{message(text)}.querySelectorAll('.reaction[data-emoji]')]"
    return [one.replace("\n", " ") for one in window.js(f"{found}.map((one) => one.innerText)")]


def test_reactions_of_both_are_counted_and_taken_back(two):
    say(two.anna, "Cake?")
    press(two.ben, "Cake?", "React")
    two.ben.click(".picker .quick button", "thumbs up")
    for window in (two.anna, two.ben):
        window.until(lambda window=window: chips(window, "Cake?") == ["👍 1"], "one thumb")
    assert two.anna.js("document.querySelector('.reaction').title") == "ben"
    two.anna.click(".reaction[data-emoji]")
    for window in (two.anna, two.ben):
        window.until(lambda window=window: chips(window, "Cake?") == ["👍 2"], "two thumbs")
    assert two.anna.js("document.querySelector('.reaction').ariaPressed") == "true"
    assert two.ben.js("document.querySelector('.reaction').title") == "You and anna"

    press(two.ben, "Cake?", "React")
    two.ben.click(".picker .quick button", "More emoji")
    two.ben.write(".picker input", "unicorn")
    two.ben.press("Enter")
    two.anna.until(lambda: chips(two.anna, "Cake?") == ["👍 2", "🦄 1"], "the unicorn")
    two.anna.click(".reaction[data-emoji='👍']")
    two.ben.until(lambda: chips(two.ben, "Cake?") == ["👍 1", "🦄 1"], "one thumb less")
    two.ben.reload()
    two.ben.until(lambda: chips(two.ben, "Cake?") == ["👍 1", "🦄 1"], "the same after a reload")

    menu(two.anna, "Cake?", "Delete")
    two.anna.click("dialog button.danger")
    two.ben.sees("This message was deleted", ".list")
    assert two.ben.count(".reaction") == 0


def test_a_mention_is_completed_and_calls(two):
    two.anna.write(BOX, "Morning @be")
    two.anna.sees("ben", ".completion .option[aria-selected=true] .name")
    two.anna.press("Enter")
    assert two.anna.js(f"document.querySelector('{BOX}').value") == "Morning @ben "
    two.anna.press("Enter")
    two.ben.wait("document.querySelector('.mention.to-me')?.textContent === '@ben'")
    two.ben.wait("document.querySelector('.message.for-me') !== null")
    two.anna.wait("document.querySelector('.mention')?.className.includes('hue-')")
    assert two.anna.count(".message.for-me") == 0

    two.anna.write(BOX, "mail me at anna@example.org or look at #te")
    two.anna.sees("Tea", ".completion")
    two.anna.press("Escape")
    two.anna.wait("document.querySelector('.completion').hidden")
    two.anna.press("Enter")
    two.ben.sees("look at #te", ".list")
    assert two.ben.count(".mention") == 1
    two.anna.write(BOX, "so :rocke")
    two.anna.press("Tab")
    assert two.anna.js(f"document.querySelector('{BOX}').value") == "so 🚀 "


def test_pins_are_marked_and_found_again(two):
    two.ben_line.say(two.tea, "The kettle is in the left cupboard")
    menu(two.anna, "The kettle is in the left cupboard", "Pin")
    two.ben.wait("document.querySelector('.message .pinned') !== null")
    two.ben.sees("anna pinned a message", ".list")
    two.ben.click(".head button", "Pinned messages")
    two.ben.sees("Pinned by anna", "dialog")
    assert two.ben.count("dialog .hit .round") == 0, "members take no pin off"
    two.ben.click("dialog .go")
    two.ben.wait("document.querySelector('.message.lit') !== null")
    two.anna.click(".head button", "Pinned messages")
    two.anna.click("dialog .hit button", "Unpin")
    two.anna.sees("Nothing is pinned here", "dialog")
    two.ben.wait("document.querySelector('.message .pinned') === null")


def test_a_message_is_passed_on(two):
    jam = two.ben_line.do("create_room", name="Jam", kind="private")["room"]
    two.anna_line.say(two.tea, "Water at 80 degrees")
    menu(two.ben, "Water at 80 degrees", "Forward")
    two.ben.write("dialog input[aria-label='Say something with it']", "From the others:")
    two.ben.write("dialog input[type=search]", "ja")
    two.ben.click("dialog .choice", "Jam")
    two.ben.wait(f"location.hash === '#/room/{jam}'")
    two.ben.until(lambda: lines(two.ben) == ["From the others:", "Water at 80 degrees"], "both")
    two.ben.sees("Forwarded from anna", ".message .forwarded")


def test_a_link_leads_to_an_old_message_and_the_end_stays_unread(two):
    for number in range(300):
        seq = two.anna_line.say(two.tea, f"line {number}")
        if number == 20:
            meant = seq
    two.ben.until(lambda: lines(two.ben)[-1:] == ["line 299"], "all of it")
    link = f"{two.daemon.url}/#/room/{two.tea}/{meant}"
    two.anna_line.say(two.tea, f"See {link} and")
    two.ben.until(lambda: two.ben_line.ask("rooms")["rooms"][0].get("unread", 0) == 0, "seen")
    two.ben.go(link)
    two.ben.wait(f"{message('line 20')}?.classList.contains('lit')")
    assert two.ben.js("location.hash") == f"#/room/{two.tea}"
    box = two.ben.js(f"{message('line 20')}.getBoundingClientRect().top")
    assert 0 < box < 800
    two.ben.sees("Back to now", ".pill")
    assert lines(two.ben)[-1] == f"See {link} and"
    assert "line 200" not in lines(two.ben), "only what is around it, and the end"

    # What is said meanwhile waits at the end, unread.
    two.anna_line.say(two.tea, "Are you reading?")
    two.ben.sees("1 new message", ".pill")
    rooms = two.ben_line.ask("rooms")["rooms"]
    assert rooms[0]["unread"] == 1
    two.ben.click(".pill")
    two.ben.until(lambda: two.ben_line.ask("rooms")["rooms"][0].get("unread", 0) == 0, "read")

    # Scrolling down from there fills the hole without a jump.
    two.ben.go(link)
    two.ben.wait(f"{message('line 20')}?.classList.contains('lit')")
    two.ben.js("document.querySelector('.list').scrollTop += 900")
    after = [f"line {number}" for number in range(21, 61)]

    def filled() -> bool:
        # From whichever side: a quick scroll may have come to the lower end of the hole.
        found = lines(two.ben)
        return "line 60" in found and found[: found.index("line 60") + 1][-40:] == after

    two.ben.until(filled, "what comes after, whole and in order")
    two.ben.click(".pill")
    two.ben.js("document.querySelector('.message .text a').click()")
    two.ben.wait(f"{message('line 20')}?.classList.contains('lit')")


def test_what_was_said_is_found_by_its_words(two):
    jam = two.anna_line.do("create_room", name="Jam", kind="public")["room"]
    two.ben_line.do("join", room=jam)
    two.anna_line.say(jam, "Müller makes plum jam")
    for number in range(25):
        two.anna_line.say(two.tea, f"Tasting tea number {number}")
    two.ben.click(".head button", "Search")
    two.ben.sees("from:anna", "dialog.search")
    two.ben.write("#search", "tasting te")
    two.ben.wait("document.querySelectorAll('dialog .hit').length === 20")
    hit = "document.querySelector('dialog .hit .line')"
    assert two.ben.js(f"{hit}.innerText") == "Tasting tea number 24"
    marks = f"[...{hit}.querySelectorAll('mark')].map((one) => one.innerText)"
    assert two.ben.js(marks) == ["Tasting", "te"]
    two.ben.click("dialog .actions button", "More")
    two.ben.wait("document.querySelectorAll('dialog .hit').length === 25")
    two.ben.write("#search", "muller")
    two.ben.sees("Nothing was found", "dialog")
    two.ben.click("dialog .segments label", "All rooms")
    two.ben.wait("document.querySelector('dialog .hit mark')?.innerText === 'Müller'")
    two.ben.click("dialog .hit")
    two.ben.wait(f"location.hash === '#/room/{jam}'")
    two.ben.wait(f"{message('Müller makes plum jam')}?.classList.contains('lit')")


def test_a_card_shows_what_it_says(two):
    card = {
        "title": "Build 7 failed",
        "text": "2 of 311 tests",
        "color": "red",
        "fields": [{"name": "branch", "value": "main", "short": True}],
        "buttons": [{"label": "Log", "url": "https://ci.example/7/log"}],
        "footer": "ci.example",
    }
    two.anna_line.say(two.tea, "Build 7 failed", data={"chatd.card": card})
    two.anna_line.say(two.tea, "And more", data={"org.example.other": {"title": "hidden"}})
    two.ben.wait("document.querySelector('.card-in.red h4')?.innerText === 'Build 7 failed'")
    button = "document.querySelector('.card-in a')"
    assert two.ben.js(f"[{button}.href, {button}.title, {button}.rel]") == [
        "https://ci.example/7/log",
        "ci.example",
        "noopener noreferrer",
    ]
    two.ben.sees("And more", ".list")
    assert two.ben.count(".card-in") == 1


def test_who_has_read_it_and_how_it_read_before(two):
    say(two.anna, "I like cofee")
    two.ben.sees("cofee", ".list")
    two.anna.until(lambda: state_of(two.anna, "I like cofee") == "Seen by 1", "stored and seen")
    two.anna.press("ArrowUp")
    two.anna.sees("Editing your message", ".composer")
    two.anna.write(BOX, "I like coffee")
    two.anna.press("Enter")
    two.anna.sees("(edited)", ".list")
    menu(two.anna, "I like coffee", "Earlier versions")
    two.anna.wait("document.querySelector('dialog .version .text')?.innerText === 'I like cofee'")
    two.anna.press("Escape")
    two.anna.until(lambda: state_of(two.anna, "I like coffee") == "Seen by 1", "the mark of Ben")
    menu(two.anna, "I like coffee", "Who has read it")
    two.anna.sees("Read by 1", "dialog")
    two.anna.sees("ben", "dialog .item")
    two.anna.press("Escape")
    press(two.ben, "I like coffee", "More")
    assert "Earlier versions" not in two.ben.js("document.querySelector('.menu').innerText")


def test_a_room_marked_unread_stays_so_until_one_comes_back(two):
    two.anna_line.say(two.tea, "one")
    two.anna_line.say(two.tea, "two")
    menu(two.ben, "one", "Mark unread from here")
    two.ben.until(lambda: two.ben_line.ask("rooms")["rooms"][0].get("unread_from"), "marked")
    two.ben.wait("document.querySelector('.talk .message') === null")
    two.ben.click(".sidebar .item", "Tea")
    two.ben.wait(f"document.querySelector('.new')?.nextSibling === {message('one')}")
    two.ben.until(lambda: "unread_from" not in two.ben_line.ask("rooms")["rooms"][0], "read again")


def test_slow_mode_gives_the_text_back_and_a_closed_room_says_why(two):
    two.anna_line.do("change_room", room=two.tea, slow=60)
    two.ben.sees("slow mode", ".list")
    say(two.ben, "first")
    two.ben.sees("Wait", ".composer")
    two.anna.sees("first", ".list")
    two.ben.reload()
    two.ben.sees("first", ".list")
    say(two.ben, "second")
    # In the room until the server has said no; then in the box again.
    two.ben.until(lambda: lines(two.ben) == ["first"], "nothing of it stays in the room")
    two.ben.wait(f"document.querySelector('{BOX}').value === 'second'")
    two.ben.sees("Wait", ".composer")
    two.anna_line.do("change_room", room=two.tea, slow=0, posting="moderator")
    two.ben.sees("Only moderators write here", ".composer")
    two.anna_line.do("change_room", room=two.tea, archived=True)
    two.ben.sees("This room is archived", ".composer")
    assert two.ben.count(".composer .box[hidden]") == 1
    two.anna.sees("This room is archived", ".composer")


def test_what_others_do_between_press_and_release_takes_no_click_away(two):
    x, y = two.ben.js(
        "(({ x, y }) => [x + 5, y + 5])"
        "(document.querySelector('.head [aria-label=Search]').getBoundingClientRect())"
    )
    mouse = {"x": x, "y": y, "button": "left", "clickCount": 1}
    two.ben.call("Input.dispatchMouseEvent", type="mousePressed", **mouse)
    two.anna_line.do("change_room", room=two.tea, topic="Leaves")
    two.ben.js("new Promise((done) => setTimeout(done, 100))")
    two.ben.call("Input.dispatchMouseEvent", type="mouseReleased", **mouse)
    two.ben.sees("from:anna", "dialog.search")
    two.ben.press("Escape")
    two.ben.sees("Leaves", ".head")


def test_messages_of_somebody_one_blocked_are_folded_away(two):
    two.anna_line.say(two.tea, "Buy my jam")
    two.ben.sees("Buy my jam", ".list")
    two.ben_line.do("block", user="@anna")
    two.ben.sees("Message from somebody you blocked", ".list")
    assert lines(two.ben) == []
    two.ben.click(".unwanted button", "Show")
    two.ben.sees("Buy my jam", ".list")


def test_a_finger_that_rests_on_a_message_opens_its_menu(two):
    two.ben_line.say(two.tea, "Press me")
    two.anna.size(390, 780, touch=True)
    two.enter(two.anna, two.tea)
    two.anna.wait(f"{message('Press me')} !== undefined")
    box = two.anna.js(
        f"(({{ x, y }}) => ({{ x: x + 10, y: y + 10 }}))({message('Press me')}"
        ".querySelector('.text').getBoundingClientRect())"
    )
    two.anna.call("Input.dispatchTouchEvent", type="touchStart", touchPoints=[box])
    two.anna.wait(f"document.activeElement === {message('Press me')}")
    two.anna.call("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
    two.anna.click(".menu button", "Copy text")
    two.anna.sees("copied", ".toast")
