"""What people write is text wherever it is shown: nothing of it runs or breaks the page."""

import json
import re
import time
from contextlib import suppress

import pytest

from tests.ui.hostile_texts import LAYOUT, OURS, everything
from tests.ui.line import Line
from tests.ui.people import go, section
from tests.ui.test_messages import GENEROUS, message
from tests.ui.test_two_people import BOX, PASSWORD
from tests.ui.watch import grown, seen, watch, wide

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TEXTS = everything()
#: Below what a message may hold.
ROOMY = 3500


class Rooms:
    """anna at a window, ben on a line; what he writes she sees."""

    def __init__(self, daemon, browser):
        daemon.configure(GENEROUS)
        secret = daemon.link(daemon.start()).partition("#setup=")[2]
        account = {"password": PASSWORD}
        self.url = daemon.url
        self.anna = Line(daemon, "/api/setup", {"secret": secret, "name": "anna", **account})
        invitation = self.anna.post("/api/invitations", {"uses": 1})["secret"]
        register = {"secret": invitation, "name": "ben", **account}
        self.ben = Line(daemon, "/api/register", register)
        self.tea = self.ben.do("create_room", name="Tea", kind="public")["room"]
        self.anna.do("join", room=self.tea)
        self.window = browser.window()
        watch(self.window)

    def enter(self):
        self.window.go(self.url)
        self.window.write("#name", "anna")
        self.window.write("#password", PASSWORD)
        self.window.press("Enter")
        self.window.wait("document.querySelector('.sidebar .notes') !== null")

    def try_to(self, type_, **fields):
        """True where the server took it; it is right to refuse what holds nothing to see."""
        while True:
            answer = self.ben._answer(type_, {"key": f"k{time.monotonic_ns()}", **fields})
            if answer["type"] != "error":
                return True
            assert answer["code"] != "internal", answer
            if not answer.get("retry"):
                return False
            time.sleep(answer.get("retry_after", 0.1))

    def good(self):
        """The page as it is now: nothing ran, nothing became markup, nothing sticks out."""
        for width, height in ((1280, 800), (360, 740)):
            self.window.size(width, height)
            assert wide(self.window) == [], width
        self.window.size(1280, 800)
        assert grown(self.window) == []
        assert seen(self.window) == []


@pytest.fixture
def rooms(daemon, browser):
    rooms = Rooms(daemon, browser)
    yield rooms
    elsewhere = [one for one in rooms.window.requests if not one.startswith((rooms.url, "about:"))]
    assert [one for one in elsewhere if not one.startswith("blob:")] == []
    for line in (rooms.anna, rooms.ben):
        line.close()


def together(texts, most=ROOMY, count=8):
    """Several texts in one, each on a line of its own: many in few messages."""
    batch = []
    for text in texts:
        if batch and (len(batch) == count or sum(map(len, batch)) + len(text) > most):
            yield "\n".join(batch)
            batch = []
        batch.append(text[:most])
    yield "\n".join(batch)


def test_a_text_that_ran_would_be_noticed(rooms):
    """Or silence would say nothing: the same page with its doors taken off."""
    window = rooms.window
    window.call("Page.setBypassCSP", enabled=True)
    window.go(rooms.url)
    window.wait("document.querySelector('#name') !== null")
    assert seen(window) == []
    window.js("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=canary()>')")
    window.wait("window.seen.includes('a foreign script ran: canary')")
    assert "img[onerror]" in grown(window)
    window.js("document.body.insertAdjacentHTML('beforeend', '<p style=width:4000px>wide</p>')")
    assert wide(window)


def test_the_policy_stops_what_would_run(rooms):
    window = rooms.window
    window.go(rooms.url)
    window.wait("document.querySelector('#name') !== null")
    for attempt in (
        "document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=canary()>')",
        "document.body.innerHTML = '<p>x</p>'",
        "document.createElement('script').src = 'https://evil.example/x.js'",
        "new DOMParser().parseFromString('<p>', 'text/html')",
        "document.write('<p>x</p>')",
        "document.createElement('iframe').srcdoc = '<p>x</p>'",
        "trustedTypes.createPolicy('mine', { createHTML: (text) => text })",
    ):
        told = (
            f"(() => {{ try {{ {attempt}; return ''; }} catch ({{ name }}) {{ return name; }} }})()"
        )
        assert window.js(told) == "TypeError", attempt
    window.js(
        """(() => {
            const button = document.createElement('button');
            document.body.append(button);
            try {
                button.setAttribute('onclick', 'canary()');
            } catch {}
            button.click();
            try {
                const script = document.createElement('script');
                script.append('canary()');
                document.body.append(script);
            } catch {}
        })()"""
    )
    assert not [one for one in window.js("window.seen") if "ran" in one]


def test_messages_answers_and_edits(rooms):
    ben, tea = rooms.ben, rooms.tea
    rooms.enter()
    go(rooms.window, "Tea")
    last = None
    for text in TEXTS[: len(OURS)]:
        answer = {"reply_to": last} if last else {}
        with suppress(AssertionError):
            last = ben.say(tea, text, **answer)
    for text in together(TEXTS[len(OURS) :]):
        with suppress(AssertionError):
            last = ben.say(tea, text, reply_to=last)
    ben.say(tea, "That was all.")
    rooms.window.wait(f"{message('That was all.')} !== undefined")
    rooms.good()
    for _ in range(40):
        if rooms.window.js("document.querySelector('.rows .start') !== null"):
            break
        rooms.window.js("document.querySelector('.list').scrollTop = 0")
        rooms.window.js("new Promise((then) => setTimeout(then, 150))")
        assert seen(rooms.window) == [] and grown(rooms.window) == []
    rooms.good()
    links = rooms.window.js("[...document.querySelectorAll('.list a')].map((one) => one.rel)")
    assert set(links) == {"noopener noreferrer"}, "there are some, and each is told nothing"
    seq = ben.say(tea, "This changes.")
    for text in together(TEXTS):
        with suppress(AssertionError):
            ben.do("edit", room=tea, seq=seq, text=text)
    ben.do("edit", room=tea, seq=seq, text="It changed.")
    rooms.window.js("document.querySelector('.list').scrollTop = 1e9")
    rooms.window.wait(f"{message('It changed.')} !== undefined")
    rooms.good()


def test_names_topics_statuses_and_profiles(rooms):
    rooms.enter()
    window = rooms.window
    go(window, "Tea")
    direct = rooms.ben.do("direct", user="@anna")["room"]
    rooms.ben.say(direct, "I am here, too")
    window.click(".members .item", "ben")
    window.sees("@ben", "dialog")
    for number, text in enumerate(TEXTS):
        rooms.try_to("change_room", room=rooms.tea, name=text[:80])
        rooms.try_to("change_room", room=rooms.tea, topic=text[:200])
        rooms.try_to("set_profile", display=text[:40], about=text[:200])
        rooms.try_to("set_status", text=text[:100], emoji="🌴")
        if number % 100 == 0:
            window.js("new Promise((then) => setTimeout(then, 60))")
            assert seen(window) == [] and grown(window) == [], text
    for text in LAYOUT:
        rooms.try_to("change_room", room=rooms.tea, name=text[:80])
        rooms.try_to("change_room", room=rooms.tea, topic=text[:200])
        rooms.try_to("set_profile", display=text[:40], about=text[:200])
        rooms.try_to("set_status", text=text[:100], emoji="🌴")
        window.js("new Promise((then) => setTimeout(then, 60))")
        rooms.good()


def test_cards_drafts_later_messages_invitations_and_rooms(rooms):
    ben, anna, tea = rooms.ben, rooms.anna, rooms.tea
    for text in TEXTS:
        card = {
            "title": text[:128],
            "text": text[:2000],
            "fields": [{"name": text[:60], "value": text[:200], "short": True}],
            "buttons": [{"label": text[:40], "url": "https://example.org/"}],
            "footer": text[:60],
        }
        rooms.try_to("send", room=tea, text="A card", data={"chatd.card": card})
    for url in (one for one in OURS if re.match(r"(?i)\W*(java|vb|data|blob|http|//)", one)):
        button = {"title": "x", "buttons": [{"label": "x", "url": url[:1000]}]}
        rooms.try_to("send", room=tea, text="A button", data={"chatd.card": button})
    in_a_day = int((time.time() + 86400) * 1000)
    for text in OURS[::4]:
        with suppress(AssertionError):
            anna.do("schedule", room=tea, text=text[:ROOMY], at=in_a_day)
        answer = ben._answer(
            "create_room", {"key": f"k{time.monotonic_ns()}", "name": text[:80], "kind": "public"}
        )
        if answer["type"] == "error":
            continue
        if len(anna.ask("invited")["invitations"]) < 20:
            rooms.try_to("invite", room=answer["room"], user="@anna")
        else:
            anna.do("join", room=answer["room"])
            with suppress(AssertionError):
                anna.ask("draft", room=answer["room"], text=text)
    rooms.enter()
    window = rooms.window
    rooms.good()
    go(window, "Tea")
    for _ in range(8):
        window.js("document.querySelector('.list').scrollTop = 0")
        window.js("new Promise((then) => setTimeout(then, 150))")
    rooms.good()
    window.click(".place button", "More")
    window.click(".menu button", "Scheduled messages")
    window.wait("document.querySelector('dialog .lines, dialog li, dialog .hit') !== null")
    rooms.good()
    window.press("Escape")
    window.click(".place button", "More")
    window.click(".menu button", "Join or create a room")
    window.wait("document.querySelector('dialog .choice') !== null")
    rooms.good()
    window.press("Escape")
    window.click(".place button", "More")
    window.click(".menu button", "Go to a room")
    window.wait("document.querySelector('dialog.switcher .choice') !== null")
    rooms.good()


def test_what_one_types_oneself(rooms):
    rooms.ben.say(rooms.tea, "<img src=x onerror=canary()> <b>kettle</b>")
    window = rooms.window
    for text in (*OURS[::40], LAYOUT[0]):
        window.go(f"{rooms.url}/#{text}")
        window.wait("document.querySelector('#name') !== null")
        window.write("#name", text)
        window.write("#password", text)
        window.press("Enter")
        window.wait("document.querySelector('.wrong').textContent !== ''")
        rooms.good()
    rooms.enter()
    go(window, "Tea")
    for text in (*OURS[::7], *LAYOUT):
        window.write(BOX, text)
        rooms.good()
        for _ in range(5):
            # The first may complete a word instead.
            window.press("Enter")
            window.js("new Promise((then) => setTimeout(then, 50))")
            if window.js(f"document.querySelector({BOX!r}).value === ''"):
                break
    rooms.good()
    window.click(".head button", "Search")
    for text in ("<b>kettle</b>", '"onerror"', *OURS[::12]):
        window.write("dialog input", text)
        window.press("Enter")
        window.js("new Promise((then) => setTimeout(then, 250))")
        rooms.good()
    window.write("dialog input", "")
    window.press("Escape")
    window.wait("document.querySelector('dialog') === null")
    window.click(".sidebar button", "Settings")
    section(window, "Profile")
    for text in OURS[::12]:
        window.write("#field-name-that-people-see", text[:40])
        window.click("dialog button", "Save")
        window.js("new Promise((then) => setTimeout(then, 150))")
        rooms.good()


def test_a_reaction_is_an_emoji_and_nothing_else(rooms):
    seq = rooms.ben.say(rooms.tea, "React!")
    for text in TEXTS:
        emoji = re.fullmatch(r"[^\x00-\x7f]+", text) is not None
        taken = rooms.try_to("react", room=rooms.tea, seq=seq, emoji=text)
        assert not taken or emoji, text


def test_an_address_leads_nowhere_else(rooms):
    rooms.enter()
    window = rooms.window
    for text in (
        "/room/<img src=x onerror=canary()>",
        "/room/__proto__/1",
        "/room/constructor",
        "join=javascript:canary()",
        "device=<script>canary()</script>",
        "reset=%3Cscript%3Ecanary()%3C/script%3E",
        "invitation=%E0%A4%A",
        "/room/%E0%A4%A/x",
    ):
        window.go(f"{rooms.url}/#{text}")
        window.js("new Promise((then) => setTimeout(then, 250))")
        assert seen(window) == [], json.dumps(text)
        assert grown(window) == []
