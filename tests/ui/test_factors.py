"""Two steps, passkeys and guests, as people meet them: real page, real daemon, and Chromium's own
virtual authenticator (https://chromedevtools.github.io/devtools-protocol/tot/WebAuthn/)."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.codes import code_of
from tests.ui.people import BOX, go, section, two
from tests.ui.test_settings import close, settings
from tests.ui.test_two_people import PASSWORD, first_administrator, say

pytestmark = pytest.mark.browser

GUESTS = '[guests]\nallowed = true\nrooms = ["lobby"]\n'
ONCE_MORE = "#field-confirm-with-your-password"
#: Notes what a page asks the browser's authenticators for, and what it asks no more.
WATCH = """
    window.asked = [];
    const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (options) => {
        window.asked.push(options.mediation ?? 'at once');
        options.signal?.addEventListener('abort', () => window.asked.push('aborted'));
        return get(options);
    };
"""
#: A browser that offers no passkeys beside names.
LACKS = "delete PublicKeyCredential.isConditionalMediationAvailable;"


def authenticator(window, *, verifies=True):
    """A device with a finger that is always laid on; its id."""
    window.call("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verifies,
        "automaticPresenceSimulation": True,
    }
    made = window.call("WebAuthn.addVirtualAuthenticator", options=options)
    window.call("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
    return made["authenticatorId"]


def finger(window, device, laid_on):
    """Whether a request that begins from now on finds a finger."""
    window.call("WebAuthn.setAutomaticPresenceSimulation", authenticatorId=device, enabled=laid_on)


def sign_out(window, device=None):
    """With a ``device`` the browser offers its passkey by then, and nobody has taken it."""
    settings(window, "Security")
    if device:
        finger(window, device, False)
    window.js("window.before = true")
    window.click("dialog .names .end button", "Sign out")
    window.wait("!window.before && document.querySelector('#password') !== null")
    window.sees("Sign in with a passkey")
    if device:
        window.wait("window.asked.length > 0")
        assert window.js("window.asked") == ["conditional"]
        finger(window, device, True)


def add_passkey(window, name=""):
    """Their recovery codes."""
    settings(window, "Security")
    window.click("dialog button", "Add a passkey")
    if name:
        window.write("#field-what-to-call-it", name)
    window.write(ONCE_MORE, PASSWORD)
    window.press("Enter")
    window.sees("Your recovery codes", "dialog:last-of-type")
    shown = window.js("document.querySelector('dialog:last-of-type pre').innerText").split()
    window.click("dialog:last-of-type button", "Close")
    return shown


def by_password(window, name="anna"):
    window.write("#name", name)
    window.write("#password", PASSWORD)
    window.press("Enter")


def anna(daemon, browser):
    window = browser.window()
    first_administrator(window, daemon.link(daemon.start()))
    return window


def test_a_passkey_signs_in_alone_and_completes_a_password(daemon, browser):
    window = anna(daemon, browser)
    device = authenticator(window)
    shown = add_passkey(window, "This laptop")
    assert len(shown) == 10
    window.sees("This laptop", ".passkeys-of")
    window.sees("not used yet", ".passkeys-of")
    close(window)
    (held,) = window.call("WebAuthn.getCredentials", authenticatorId=device)["credentials"]
    assert held["isResidentCredential"] and held["rpId"] == "localhost"

    sign_out(window, device)
    window.click("button", "Sign in with a passkey")
    window.sees("Welcome, anna")

    sign_out(window, device)
    by_password(window)
    window.sees("Use your passkey")
    assert window.js("window.asked") == ["conditional", "aborted"]
    window.click("form button", "Use a passkey")
    window.sees("Welcome, anna")
    settings(window, "Security")
    window.sees("used", ".passkeys-of")
    close(window)

    # Lost: the device has none any more, and a recovery code helps, once.
    sign_out(window, device)
    window.call("WebAuthn.clearCredentials", authenticatorId=device)
    by_password(window)
    window.click("button", "Use a recovery code")
    window.write("#second", shown[0])
    window.press("Enter")
    window.sees("Welcome, anna")
    settings(window, "Security")
    window.sees("You have 9 left.", "dialog")
    window.click(".passkeys-of button", "Remove This laptop")
    window.write(ONCE_MORE, "not the password")
    window.press("Enter")
    window.sees("The present password is wrong", "dialog:last-of-type")
    window.write(ONCE_MORE, PASSWORD)
    window.press("Enter")
    window.wait("document.querySelectorAll('.passkeys-of li').length === 0")
    assert [one for one in window.complaints if " 40" not in one] == []


def test_a_device_that_does_not_verify_its_owner_is_a_second_step_only(daemon, browser):
    window = anna(daemon, browser)
    device = authenticator(window)
    add_passkey(window)
    close(window)
    sign_out(window, device)
    window.call("WebAuthn.setUserVerified", authenticatorId=device, isUserVerified=False)
    window.click("button", "Sign in with a passkey")
    window.sees("No passkey was used")
    by_password(window)
    window.click("form button", "Use a passkey")
    window.sees("Welcome, anna")


def test_the_browser_offers_a_passkey_where_a_name_is_asked_for(daemon, browser):
    window = anna(daemon, browser)
    device = authenticator(window)
    add_passkey(window)
    close(window)
    sign_out(window, device)
    assert window.js("document.querySelector('#name').autocomplete") == "username webauthn"
    # Whoever presses the button instead, and has no finger for it, is offered it again.
    window.call("WebAuthn.setUserVerified", authenticatorId=device, isUserVerified=False)
    window.click("button", "Sign in with a passkey")
    window.sees("No passkey was used")
    window.wait("window.asked.length > 3")
    asked = ["conditional", "aborted", "at once", "conditional"]
    assert window.js("window.asked") == asked
    # Another form has no use for it, and the first one has again.
    window.click("button", "Forgotten your password?")
    window.wait("window.asked.at(-1) === 'aborted'")
    window.call("WebAuthn.setUserVerified", authenticatorId=device, isUserVerified=True)
    window.click("button", "Back to signing in")
    window.sees("Welcome, anna")
    assert window.js("window.asked.slice(0, 6)") == [*asked, "aborted", "conditional"]
    # One that is not known here any more is refused in words, once.
    settings(window, "Security")
    window.click(".passkeys-of button", "Remove")
    window.write(ONCE_MORE, PASSWORD)
    window.press("Enter")
    window.wait("document.querySelectorAll('.passkeys-of li').length === 0")
    close(window)
    sign_out(window)
    window.sees("This passkey does not fit, or is not known here.")
    assert window.js("window.asked") == ["conditional"]
    assert [one for one in window.complaints if " 40" not in one] == []


def test_where_the_browser_offers_no_passkeys_nothing_changes(daemon, browser):
    window = anna(daemon, browser)
    authenticator(window)
    add_passkey(window)
    close(window)
    window.call("Page.addScriptToEvaluateOnNewDocument", source=LACKS)
    sign_out(window)
    assert window.js("document.querySelector('#name').autocomplete") == "username"
    by_password(window)
    window.sees("Use your passkey")
    assert window.js("window.asked") == []
    window.click("form button", "Use a passkey")
    window.sees("Welcome, anna")


def test_an_app_for_codes_is_set_up_by_its_picture_and_asked_for_from_then_on(daemon, browser):
    window = anna(daemon, browser)
    settings(window, "Security")
    window.click("dialog button", "Set up an authenticator app")
    window.write(ONCE_MORE, PASSWORD)
    window.press("Enter")
    window.wait("document.querySelector('svg.qr path') !== null")
    address = window.js("document.querySelector('dialog:last-of-type a').href")
    secret = parse_qs(urlsplit(address).query)["secret"][0]
    letters = window.js("document.querySelector('.seed').innerText")
    assert re.sub(r"\s", "", letters) == secret
    window.write("#field-the-code-that-your-app-shows", "000000")
    window.press("Enter")
    window.sees("The code is wrong", "dialog:last-of-type")
    window.write("#field-the-code-that-your-app-shows", code_of(secret, int(time.time())))
    window.press("Enter")
    window.sees("Your recovery codes", "dialog:last-of-type")
    window.click("dialog:last-of-type button", "Close")
    window.sees("Remove the authenticator app", "dialog")
    close(window)

    sign_out(window)
    by_password(window)
    window.sees("Your app shows six digits")
    window.write("#second", code_of(secret, int(time.time()) + 30))
    window.press("Enter")
    window.sees("Welcome, anna")
    foreign = [
        url for url in window.requests if not url.startswith((daemon.url, "data:", "about:"))
    ]
    assert foreign == [], "nobody else is asked, not even for the picture"


def test_the_picture_is_read_as_what_it_says(daemon, browser):
    """By the browser itself, where it can read such pictures; by its modules in any case."""
    window = anna(daemon, browser)
    settings(window, "Security")
    window.click("dialog button", "Set up an authenticator app")
    window.write(ONCE_MORE, PASSWORD)
    window.press("Enter")
    window.wait("document.querySelector('svg.qr path') !== null")
    address = window.js("document.querySelector('dialog:last-of-type a').href")
    path = window.js("document.querySelector('svg.qr path').getAttribute('d')")
    import segno

    wanted = [bytes(row) for row in segno.make_qr(address, error="m").matrix]
    found = [bytearray(len(wanted)) for _ in wanted]
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1", path):
        found[int(y)][int(x) : int(x) + int(width)] = b"\1" * int(width)
    assert [bytes(row) for row in found] == wanted


def make_lobby(host):
    """The room that guests are let into."""
    host.js(
        """(async () => {
            const { csrf } = await (await fetch('/api/session')).json();
            const send = (path, body) => fetch(path, {
                method: 'POST',
                headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
                body: JSON.stringify(body),
            });
            await send('/api/v1/rooms', { name: 'Lobby', slug: 'lobby' });
        })()"""
    )


def test_a_guest_talks_in_the_rooms_for_guests_and_stays_with_what_was_said(daemon, browser):
    daemon.configure(GUESTS)
    daemon.configure('registration = "open"', under="accounts")
    host, _ben = two(daemon, browser)
    make_lobby(host)
    guest = browser.window()
    guest.go(daemon.url)
    guest.click("button", "Look in as a guest")
    guest.write("#display", "Passing by")
    guest.press("Enter")
    guest.click(".sidebar a.item", "Lobby")
    guest.wait(f"document.querySelector('{BOX}') !== null")
    say(guest, "Is anybody here?")
    # Guests come back to no room that they left: they are not shown how to.
    guest.sees("Public room", ".people")
    assert "Leave" not in guest.js("document.querySelector('.people').innerText")
    go(host, "Lobby")
    host.sees("Is anybody here?", ".list")
    host.sees("Passing by", ".list")
    settings(guest, "Stay")
    guest.write("#field-user-name", "clara")
    guest.write("#field-password", PASSWORD)
    guest.press("Enter")
    guest.wait(
        "document.querySelector('dialog') === null && document.querySelector('.app') !== null"
    )
    guest.sees("Is anybody here?", ".list")
    settings(guest, "Profile")
    guest.sees("Signed in as clara", "dialog")
    section(guest, "Security")
    guest.sees("Two-step sign-in", "dialog")
    assert [one for one in guest.complaints if " 40" not in one] == []
