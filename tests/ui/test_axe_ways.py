"""axe-core is silent on the ways in: two steps, passkeys, recovery codes, guests; and out again."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.codes import code_of
from tests.ui.axe import SIZES, Screens
from tests.ui.test_factors import (
    GUESTS,
    ONCE_MORE,
    authenticator,
    by_password,
    make_lobby,
    sign_out,
)
from tests.ui.test_settings import close, settings
from tests.ui.test_two_people import PASSWORD, first_administrator

pytestmark = [pytest.mark.browser, pytest.mark.slow]

TOP = "dialog:last-of-type"


@pytest.fixture
def screens():
    screens = Screens()
    yield screens
    assert screens.faults == [], f"{len(screens.faults)} faults:\n" + "\n".join(screens.faults)


def anna(daemon, browser):
    window = browser.window()
    first_administrator(window, daemon.link(daemon.start()))
    return window


def test_the_letters_of_everybody_can_be_read_on_their_circle(daemon, browser, screens):
    window = anna(daemon, browser)
    window.js(
        """document.querySelector('.place').append(...Array.from({ length: 10 }, (_, hue) => {
            const one = document.createElement('span');
            one.className = `avatar hue-${hue}`;
            one.append('AB');
            return one;
        }))"""
    )
    screens.look(window, "circles", SIZES[:1])
    assert window.count(".place > .avatar") == 10


def test_passkeys_and_the_second_step(daemon, browser, screens):
    window = anna(daemon, browser)
    device = authenticator(window)
    settings(window, "Security")
    window.click("dialog button", "Add a passkey")
    screens.look(window, "add a passkey")
    window.write(ONCE_MORE, PASSWORD)
    window.press("Enter")
    window.sees("Your recovery codes", TOP)
    screens.look(window, "recovery codes")
    window.click(f"{TOP} button", "Close")
    window.sees("Recovery codes", "dialog")
    screens.look(window, "security with a passkey")
    window.click(".passkeys-of button", "Rename")
    screens.look(window, "rename a passkey")
    window.click(f"{TOP} button", "Close")
    close(window)
    sign_out(window, device)
    by_password(window)
    window.sees("Use your passkey")
    screens.look(window, "second step by a passkey")
    window.click("button", "Use a recovery code")
    screens.look(window, "second step by a recovery code")


def test_an_app_for_codes(daemon, browser, screens):
    window = anna(daemon, browser)
    settings(window, "Security")
    window.click("dialog button", "Set up an authenticator app")
    window.write(ONCE_MORE, PASSWORD)
    window.press("Enter")
    window.wait("document.querySelector('svg.qr path') !== null")
    screens.look(window, "set up an app")
    secret = parse_qs(urlsplit(window.js(f"document.querySelector('{TOP} a').href")).query)
    code = code_of(secret["secret"][0], int(time.time()))
    window.write("#field-the-code-that-your-app-shows", code)
    window.press("Enter")
    window.click(f"{TOP} button", "Close")
    window.click("dialog button", "Remove the authenticator app")
    screens.look(window, "remove the app")
    window.click(f"{TOP} button", "Close")
    close(window)
    sign_out(window)
    by_password(window)
    window.sees("Your app shows six digits")
    screens.look(window, "second step by a code")


def test_guests_and_the_way_out(daemon, browser, screens):
    daemon.configure(GUESTS)
    daemon.configure('registration = "open"', under="accounts")
    window = anna(daemon, browser)
    make_lobby(window)
    settings(window, "Account")
    window.write("#field-your-password", PASSWORD)
    window.click("dialog button", "Delete my account")
    screens.look(window, "delete the account")
    guest = browser.window()
    guest.go(daemon.url)
    guest.sees("Look in as a guest")
    screens.look(guest, "all ways in")
    guest.click("button", "Make an account")
    screens.look(guest, "make an account")
    guest.go(daemon.url)
    guest.click("button", "Look in as a guest")
    screens.look(guest, "look in")
    guest.write("#display", "Passing by")
    guest.press("Enter")
    guest.wait("document.querySelector('.sidebar .notes, .sidebar .me') !== null")
    screens.look(guest, "a guest's list")
    settings(guest, "Stay")
    screens.look(guest, "stay")
