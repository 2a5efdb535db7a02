"""axe-core is silent on the front and in the settings, in both themes, on a desktop and a phone."""

import pytest

from tests.ui.axe import Screens, audit
from tests.ui.line import Line
from tests.ui.people import section
from tests.ui.test_messages import GENEROUS
from tests.ui.test_two_people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def screens():
    screens = Screens()
    yield screens
    assert screens.faults == [], f"{len(screens.faults)} faults:\n" + "\n".join(screens.faults)


class Place:
    """anna's window on a server where ben and carla are, too."""

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
