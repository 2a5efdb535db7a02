"""axe-core is silent on every screen and dialog, in both themes, on a desktop and on a phone."""

import pytest

from tests.ui.axe import SIZES, Screens, audit
from tests.ui.line import Line
from tests.ui.people import go, menu_of, section
from tests.ui.test_messages import GENEROUS, message
from tests.ui.test_two_people import BOX, PASSWORD, say

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CARD = {
    "title": "Build 7 failed",
    "text": "2 of 311 tests",
    "color": "red",
    "fields": [{"name": "branch", "value": "main", "short": True}],
    "buttons": [{"label": "Log", "url": "https://ci.example/7/log"}],
    "footer": "ci.example",
}
DESKTOP = SIZES[0]
LONG = " ".join(["A long one."] * 30)


@pytest.fixture
def screens():
    screens = Screens()
    yield screens
    assert screens.faults == [], f"{len(screens.faults)} faults:\n" + "\n".join(screens.faults)


class Place:
    """anna's window on a server where she, ben and carla have said a good deal; ben on a line."""

    def __init__(self, daemon, browser):
        daemon.configure(GENEROUS)
        secret = daemon.link(daemon.start()).partition("#setup=")[2]
        account = {"password": PASSWORD}
        self.daemon = daemon
        self.anna = Line(daemon, "/api/setup", {"secret": secret, "name": "anna", **account})
        self.invitation = self.anna.post("/api/invitations", {"uses": 3})["secret"]
        register = {"secret": self.invitation, **account}
        self.ben = Line(daemon, "/api/register", {**register, "name": "ben"})
        self.carla = Line(daemon, "/api/register", {**register, "name": "carla"})
        self.tea = self.anna.do("create_room", name="Tea", kind="public", topic="Leaves")["room"]
        self.window = browser.window()
        self.window.go(daemon.url)

    def talk(self):
        anna, ben, tea = self.anna, self.ben, self.tea
        ben.do("join", room=tea)
        self.carla.do("join", room=tea)
        first = ben.say(tea, "Did the kettle arrive? https://example.org/kettles/blue?model=7")
        anna.say(tea, "It did. @ben @carla look", reply_to=first)
        seq = anna.say(tea, LONG)
        for emoji in ("👍", "🎉"):
            ben.do("react", room=tea, seq=seq, emoji=emoji)
        anna.do("react", room=tea, seq=seq, emoji="👍")
        ben.say(tea, "A card", data={"chatd.card": CARD})
        anna.do("pin", room=tea, seq=first)
        gone = ben.say(tea, "Gone")
        ben.do("delete", room=tea, seq=gone)
        edited = anna.say(tea, "Tpyo")
        anna.do("edit", room=tea, seq=edited, text="Typo")
        private = ben.do("create_room", name="Attic", kind="private")["room"]
        ben.do("invite", room=private, user="@anna")
        direct = ben.do("direct", user="@anna")["room"]
        ben.say(direct, "Psst")
        cellar = anna.do("create_room", name="Cellar", kind="private")["room"]
        anna.do("change_room", room=cellar, archived=True)
        ben.do("set_status", emoji="🌴", text="On holiday")
        ben.do("forward", room=tea, seq=first, to=tea, text="Again")

    def sign_in(self):
        self.window.write("#name", "anna")
        self.window.write("#password", PASSWORD)
        self.window.press("Enter")
        self.window.wait("document.querySelector('.sidebar .notes') !== null")

    def close(self):
        assert self.window.complaints == []
        for line in (self.anna, self.ben, self.carla):
            line.close()


@pytest.fixture
def place(daemon, browser):
    place = Place(daemon, browser)
    yield place
    place.close()


def press(window, text, label):
    """A button of a message, as by the keyboard: it needs no hand over the message."""
    window.js(
        f"""(() => {{
            const row = {message(text)};
            row.focus();
            row.querySelector('.tools [aria-label="{label}"]').click();
        }})()"""
    )


def menu(window, text, label):
    press(window, text, "More")
    window.click(".menu button", label)


def shut(window):
    window.press("Escape")
    window.wait("document.querySelector('dialog, .menu, .popover') === null")


def test_a_fault_is_found(place):
    """Or silence would say nothing."""
    window = place.window
    window.wait("document.querySelector('#name') !== null")
    assert audit(window) == []
    window.js("document.querySelector('label[for=name]').remove()")
    window.js("document.querySelector('h1').style.color = 'light-dark(#ccc, #444)'")
    window.js("document.querySelector('.card').append(document.createElement('button'))")
    rules = {line.partition(" |")[0] for line in audit(window)}
    assert rules >= {"label", "color-contrast", "button-name"}


def test_the_front(place, screens):
    window = place.window
    window.wait("document.querySelector('#name') !== null")
    screens.look(window, "sign in")
    window.write("#name", "anna")
    window.write("#password", "not this one")
    window.press("Enter")
    window.wait("document.querySelector('.wrong').textContent")
    screens.look(window, "wrong password")
    window.click("button", "Forgotten")
    window.sees("mail")
    screens.look(window, "forgotten")
    window.go(f"{place.daemon.url}/#invitation={place.invitation}")
    window.sees("You are invited")
    screens.look(window, "invitation")
    window.go(f"{place.daemon.url}/#reset=nosuchsecretnosuchsecret")
    window.wait("document.querySelector('h1, .lead') !== null")
    screens.look(window, "stale link")
    window.go(f"{place.daemon.url}/#device=ABCD-EFGH")
    window.sees("Sign in to let the program in")
    place.sign_in()
    window.wait("document.querySelector('dialog') !== null")
    screens.look(window, "device")
    window.go(f"{place.daemon.url}/protocol/try")
    window.wait("document.querySelector('textarea, select') !== null")
    screens.look(window, "try the protocol")


def test_the_chat(place, screens):
    window = place.window
    place.sign_in()
    screens.look(window, "new here")
    place.talk()
    window.sees("Attic", ".sidebar")
    screens.look(window, "list")
    go(window, "Tea")
    window.wait(f"{message('Typo')} !== undefined")
    screens.look(window, "conversation")
    window.js(f"{message('Typo')}.focus()")
    screens.look(window, "a message has the focus", (DESKTOP,))
    window.js("location.hash += '/people'")
    window.wait("document.querySelector('.app').dataset.pane === 'people'")
    screens.look(window, "people")
    window.js("document.querySelector('.to-talk').click()")
    press(window, "Typo", "React")
    window.wait("document.querySelector('.picker') !== null")
    screens.look(window, "quick emoji")
    window.click(".picker button", "More emoji")
    screens.look(window, "all emoji")
    shut(window)
    press(window, "Typo", "More")
    screens.look(window, "menu of a message")
    shut(window)
    press(window, "Typo", "Reply")
    window.write(BOX, "Hm @")
    window.press("ArrowDown")
    window.wait("document.querySelector('.completion:not([hidden])') !== null")
    screens.look(window, "completion and answer")
    window.write(BOX, "")
    window.press("Escape")
    menu_of(window, "Tea")
    screens.look(window, "menu of a room")
    shut(window)
    window.click(".place button", "More")
    screens.look(window, "menu of the place")
    shut(window)
    go(window, "Cellar") if window.js(
        "document.querySelector('.archive summary')?.click(), true"
    ) else None
    screens.look(window, "archived room")
    go(window, "ben")
    screens.look(window, "direct conversation")
    place.daemon.relay.cut()
    say(window, "Is anybody there?")
    window.sees("Reconnecting", ".bar")
    screens.look(window, "offline")
    place.daemon.relay.mend()


def test_dialogs_about_messages(place, screens):
    window = place.window
    place.talk()
    place.sign_in()
    go(window, "Tea")
    window.wait(f"{message('Typo')} !== undefined")
    for label, text in (
        ("Forward", "Typo"),
        ("Who has read it", "Typo"),
        ("Earlier versions", "Typo"),
        ("Delete", "Typo"),
        ("Who reacted", LONG),
    ):
        menu(window, text, label)
        window.wait("document.querySelector('dialog') !== null")
        screens.look(window, label)
        shut(window)
    window.click(".head button", "Search")
    screens.look(window, "search")
    window.write("dialog input", "kettle")
    window.wait("document.querySelector('dialog .hit') !== null")
    screens.look(window, "found")
    # The browser's own: the first empties the field.
    window.press("Escape")
    shut(window)
    window.click(".head button", "Pinned messages")
    window.wait("document.querySelector('dialog .hit') !== null")
    screens.look(window, "pins")
    shut(window)
    window.click(".list .day button")
    screens.look(window, "jump")
    shut(window)
    window.write(BOX, "Later")
    window.click(".composer button", "Send later")
    screens.look(window, "send later")
    window.click("dialog .choice", "Tomorrow")
    window.click(".place button", "More")
    window.click(".menu button", "Scheduled messages")
    window.sees("Later", "dialog")
    screens.look(window, "scheduled")
    shut(window)


def test_dialogs_about_rooms_and_people(place, screens):
    window = place.window
    place.talk()
    place.sign_in()
    go(window, "Tea")
    window.sees("ben", ".members")
    for label, name in (
        ("Join or create a room", "rooms"),
        ("Write to somebody", "write to somebody"),
        ("Keyboard shortcuts", "keys"),
        ("Go to a room", "switcher"),
    ):
        window.click(".place button", "More")
        window.click(".menu button", label)
        window.wait("document.querySelector('dialog') !== null")
        screens.look(window, name)
        shut(window)
    window.click(".place button", "More")
    window.click(".menu button", "Join or create a room")
    window.click("dialog button", "Create a new room")
    screens.look(window, "make a room")
    shut(window)
    window.click(".sidebar button", "Invite people")
    window.click("dialog button", "Make a link")
    window.wait("document.querySelector('dialog .link') !== null")
    screens.look(window, "invite people")
    shut(window)
    window.click(".members .item", "ben")
    window.sees("@ben", "dialog")
    screens.look(window, "card of a person")
    shut(window)
    window.js("document.querySelector('[aria-label^=\"What to do with ben\"]').click()")
    screens.look(window, "menu of a member", (DESKTOP,))
    shut(window)
    window.click(".people button", "Add somebody")
    screens.look(window, "add somebody")
    shut(window)
    window.click(".people button", "Settings of this room")
    sections(window, screens, "room")


def test_settings(place, screens):
    window = place.window
    place.sign_in()
    window.click(".sidebar button", "Settings")
    sections(window, screens, "settings")


def sections(window, screens, of):
    names = window.js("[...document.querySelectorAll('dialog .entry')].map((one) => one.innerText)")
    assert len(names) > 2
    screens.look(window, f"{of}: names")
    for name in names:
        section(window, name)
        screens.look(window, f"{of}: {name}")
    shut(window)
