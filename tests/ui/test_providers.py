"""Signing in at a certified provider (npm: oidc-provider), in a real browser."""

import json
import ssl
import time
import urllib.request

import pytest

from tests.fakes.codes import code_of
from tests.oidc.provider import RealProvider, needs_node_20
from tests.ui.axe import Screens, audit
from tests.ui.browser import Browser
from tests.ui.test_device import post
from tests.ui.test_recovery import ask
from tests.ui.test_two_people import BOX, first_administrator, lines, say

pytestmark = [pytest.mark.browser, pytest.mark.node, needs_node_20]


@pytest.fixture
def provider(daemon, tmp_path):
    with RealProvider(tmp_path / "provider", daemon.url, daemon.authority) as provider:
        yield provider


@pytest.fixture
def browser(daemon, provider):
    browser = Browser(daemon.certificate, provider.certificate)
    yield browser
    browser.close()


def come(window, provider, who):
    """From the button to the page again, by way of the provider's own pages."""
    window.click(".ways button", "Continue with The Node")
    sign_in_there(window, provider, who)


def sign_in_there(window, provider, who):
    window.wait(f"location.href.startsWith('{provider.issuer}/interaction/')")
    window.write("input[name=login]", who)
    window.write("input[name=password]", "whatever")
    window.click("button[type=submit]")
    # Consent, which is asked once.
    window.wait("document.body.innerText.includes('Authorize')")
    window.click("button[type=submit]")


def test_somebody_new_comes_by_a_provider_and_comes_again(daemon, provider, browser):
    daemon.configure(provider.section("create_users = true"))
    admin = browser.window()
    first_administrator(admin, daemon.link(daemon.start()))

    window = browser.window()
    window.go(daemon.url)
    window.sees("Continue with The Node")
    screens = Screens()
    screens.look(window, "front")
    window.size(1280, 800)
    come(window, provider, "anna")
    window.sees("Choose your name here")
    screens.look(window, "newcomer")
    window.size(1280, 800)
    assert screens.faults == []
    window.sees("You come from The Node for the first time.")
    assert "#" not in window.js("location.href")
    # "anna" is somebody already.
    assert window.js("document.querySelector('#name').value") == "anna2"
    assert window.js("document.querySelector('#display').value") == "anna of the provider"
    window.write("#name", "anna")
    window.press("Enter")
    window.sees("This user name is taken.")
    window.write("#name", "ännchen")
    window.press("Enter")
    window.sees("Welcome, ännchen")
    assert window.js("fetch('/api/session').then((a) => a.json())")["admin"] is False
    assert window.complaints == []

    elsewhere = browser.window()
    elsewhere.go(daemon.url)
    come(elsewhere, provider, "anna")
    elsewhere.wait("document.querySelector('.panes') !== null")
    assert elsewhere.js("fetch('/api/session').then((a) => a.json())")["name"] == "ännchen"
    for address in (*window.requests, *elsewhere.requests):
        assert "s3cret" not in address and "chatd_s_" not in address


def test_who_signs_out_at_the_provider_is_signed_out_here(daemon, provider, browser):
    daemon.configure(provider.section("create_users = true", "end_session = true"))
    daemon.start()
    window = browser.window()
    window.go(daemon.url)
    come(window, provider, "berta")
    window.sees("Choose your name here")
    window.press("Enter")
    window.sees("Welcome, berta")

    # There: by its own page, and by the word that it posts.
    there = window.another()
    there.go(f"{provider.issuer}/session/end")
    there.click("button[value=yes]")
    window.sees("Your session has ended. Sign in to go on where you were.")
    window.until(lambda: "backchannel.success" in provider.log(), "the provider had its answer")

    # Here: one is led there, asked, and comes back.
    come(window, provider, "berta")
    window.wait("document.querySelector('.panes') !== null")
    window.click("button", "Settings")
    window.click("dialog .end button", "Sign out")
    window.wait(f"location.href.startsWith('{provider.issuer}/session/end')")
    window.click("button[value=yes]")
    window.wait(f"location.href === '{daemon.url}/'")
    window.sees("Sign in")


def test_one_is_back_where_one_was_with_what_one_was_writing(daemon, provider, browser):
    daemon.configure(provider.section())
    window = browser.window()
    first_administrator(window, daemon.link(daemon.start()))
    window.click("button", "Join or create a room")
    window.click("dialog button", "Create a new room")
    window.write("#field-name", "Tea")
    window.click("dialog button", "Create the room")
    window.wait(f"document.querySelector({json.dumps(BOX)}) !== null")
    say(window, "first things first")
    window.until(lambda: lines(window) == ["first things first"], "it is said")

    # Linked in the settings, by the password.
    window.click("button", "Settings")
    window.click("dialog button.entry", "Security")
    window.sees("Other ways to sign in")
    assert audit(window) == []
    window.click("dialog button", "Link The Node")
    window.sees("Say once more who you are: with your password.")
    window.write("#field-your-password-once-more", "four wonderful tea leaves")
    window.click("dialog button", "Link The Node")
    sign_in_there(window, provider, "anna")
    window.sees("It is linked now.", "dialog")
    window.press("Escape")

    room = window.js("location.hash")
    assert room.startswith("#/room/")
    window.write(BOX, "half a sentence")
    time.sleep(1.5)  # as long as it takes until a draft is told
    # Which ends her sessions.
    daemon.chatctl("user", "disable", "anna")
    daemon.chatctl("user", "enable", "anna")
    window.sees("Your session has ended. Sign in to go on where you were.")
    window.click(".ways button", "Continue with The Node")
    window.wait(f"document.querySelector({json.dumps(BOX)})?.value === 'half a sentence'")
    assert window.js("location.hash") == room
    assert window.complaints == []


def test_who_is_not_let_in_reads_why_and_comes_in_another_way(daemon, provider, browser):
    daemon.configure(provider.section())
    window = browser.window()
    first_administrator(window, daemon.link(daemon.start()))
    stranger = browser.window()
    stranger.go(f"{daemon.url}/#/room/r1")
    come(stranger, provider, "stranger")
    stranger.sees("There is no account for you here yet.")
    assert stranger.js("location.hash") == "#/room/r1"
    cancels = browser.window()
    cancels.go(daemon.url)
    cancels.click(".ways button", "Continue with The Node")
    cancels.wait(f"location.href.startsWith('{provider.issuer}/interaction/')")
    cancels.click("a", "[ Cancel ]")
    cancels.sees("You did not sign in there.")

    provider.stop()
    daemon.stop()
    daemon.start()
    late = browser.window()
    late.go(daemon.url)
    late.click(".ways button", "Continue with The Node")
    late.sees("The Node cannot be reached just now")
    late.write("#name", "anna")
    late.write("#password", "four wonderful tea leaves")
    late.press("Enter")
    late.wait("document.querySelector('.panes') !== null")


def test_a_program_is_let_in_by_who_signs_in_at_the_provider(daemon, provider, browser):
    daemon.configure(provider.section("create_users = true"))
    daemon.start()
    _, begun = post(daemon, "/api/device", {"label": "chat on a train"})
    window = browser.window()
    window.go(begun["verification_uri_complete"])
    window.sees("Sign in to let the program in.")
    come(window, provider, "clara")
    window.sees("Choose your name here")
    window.press("Enter")
    window.sees("Let “chat on a train” act as clara?")
    window.click(".device .main")
    window.sees("The program goes on by itself")
    status, answer = post(daemon, "/api/device/token", {"device_code": begun["device_code"]})
    assert (status, answer["name"]) == (200, "clara")


def test_who_has_a_second_step_here_is_asked_for_it_after_the_provider(daemon, provider, browser):
    daemon.configure(provider.section())
    window = browser.window()
    first_administrator(window, daemon.link(daemon.start()))
    secret = window.js(
        """(async () => {
            const { csrf } = await (await fetch('/api/session')).json();
            const post = async (path, body) => (await fetch(path, {
                method: 'POST',
                headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf },
                body: JSON.stringify(body),
            })).json();
            const password = 'four wonderful tea leaves';
            const about = { purpose: 'link', password };
            window.there = (await post('/auth/oidc/node/start', about)).location;
            return (await post('/api/totp', { password })).secret;
        })()"""
    )
    code = code_of(secret, int(time.time()))
    assert ask(window, "/api/totp/confirm", {"code": code}) == 200
    window.js("void location.assign(window.there)")
    sign_in_there(window, provider, "anna")
    window.sees("It is linked now.", "dialog")

    elsewhere = browser.window()
    elsewhere.go(f"{daemon.url}/#/room/r1")
    come(elsewhere, provider, "anna")
    elsewhere.sees("Your app shows six digits")
    assert elsewhere.js("location.hash") == "#/room/r1"
    elsewhere.write("#second", "000000")
    elsewhere.press("Enter")
    elsewhere.sees("The code is wrong")
    # Who looks again whether they are in is not, and may begin anew.
    elsewhere.reload()
    elsewhere.click(".ways button", "Continue with The Node")
    elsewhere.sees("Your app shows six digits")
    elsewhere.write("#second", code_of(secret, int(time.time()) + 30))
    elsewhere.press("Enter")
    elsewhere.wait("document.querySelector('.panes') !== null")
    assert all("chatd_l_" not in address for address in elsewhere.requests)


def test_who_has_no_password_confirms_at_the_provider(daemon, provider, browser, tmp_path):
    daemon.configure(provider.section("create_users = true"))
    with RealProvider(tmp_path / "second", daemon.url, daemon.authority, "second") as second:
        daemon.configure(second.section().replace("The Node", "Second"))
        daemon.start()
        both = Browser(daemon.certificate, provider.certificate, second.certificate)
        try:
            window = both.window()
            window.go(daemon.url)
            come(window, provider, "dora")
            window.sees("Choose your name here")
            window.press("Enter")
            window.sees("Welcome, dora")
            window.click("button", "Settings")
            window.click("dialog button.entry", "Security")
            window.sees("You have no password here.")
            assert audit(window) == []
            window.click("dialog button", "Confirm with The Node")
            window.wait(f"location.href.startsWith('{provider.issuer}/interaction/')")
            window.write("input[name=login]", "dora")
            window.write("input[name=password]", "whatever")
            window.click("button[type=submit]")
            window.sees("For five minutes you may link and unlink.", "dialog")
            window.click("dialog button", "Link Second")
            sign_in_there(window, second, "dora")
            window.sees("It is linked now.", "dialog")
            window.click("dialog button", "Unlink The Node")
            window.sees("Unlink The Node?")
            window.click("dialog:last-of-type .actions .danger", "Unlink")
            window.wait("document.querySelectorAll('dialog .ways-in .lines li').length === 1")
            # By that one they came in; this window stays, the way back is another.
            window.sees("Second", "dialog .ways-in .lines")
            assert window.complaints == []
        finally:
            both.close()


def test_providers_are_taken_over_by_a_reload(daemon, provider, browser):
    daemon.start()
    window = browser.window()
    window.go(daemon.url)
    window.sees("Sign in")
    trust = ssl.create_default_context(cafile=daemon.authority)

    def offered():
        address = daemon.url + "/api/providers"
        with urllib.request.urlopen(address, context=trust, timeout=10) as answer:
            return [one["label"] for one in json.load(answer)["providers"]]

    assert offered() == []
    daemon.configure(provider.section())
    daemon.reload()
    assert offered() == ["The Node"]
    window.reload()
    window.sees("Continue with The Node")
