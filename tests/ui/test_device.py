"""A program shows a code, and a person at the page lets it in."""

import json
import ssl
import urllib.request
from urllib.error import HTTPError

import pytest

from tests.ui.test_two_people import first_administrator

pytestmark = pytest.mark.browser


def post(daemon, path, body):
    """Status and answer, as a program would get them."""
    trust = ssl.create_default_context(cafile=daemon.certificate.with_name("ca.pem"))
    request = urllib.request.Request(
        daemon.url + path, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, context=trust, timeout=10) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)


def test_a_program_that_shows_a_code_is_let_in_by_who_is_signed_in(daemon, browser):
    window = browser.window()
    first_administrator(window, daemon.link(daemon.start()))
    _, begun = post(daemon, "/api/device", {"label": "chat on a train"})
    window.go(begun["verification_uri_complete"])
    window.sees("Let “chat on a train” act as anna?")
    window.sees(begun["user_code"])
    # Enter pressed unread lets nobody in.
    assert window.js("document.activeElement.innerText") == "Don’t allow"
    assert "#" not in window.js("location.href")
    window.click(".device .main")
    window.sees("The program goes on by itself")
    status, answer = post(daemon, "/api/device/token", {"device_code": begun["device_code"]})
    assert (status, answer["name"]) == (200, "anna")

    _, refused = post(daemon, "/api/device", {"label": "chat elsewhere"})
    window.go(daemon.url + "/#device")
    window.write("#device-code", refused["user_code"].lower())
    window.press("Enter")
    window.sees("Let “chat elsewhere” act as anna?")
    window.click(".device .actions button:not(.main)")
    window.sees("It was not let in.")
    status, answer = post(daemon, "/api/device/token", {"device_code": refused["device_code"]})
    assert (status, answer["error"]) == (400, "access_denied")
    assert window.complaints == []


def test_who_is_not_signed_in_is_asked_to_and_then_decides(daemon, browser):
    window = browser.window()
    setup = daemon.link(daemon.start())
    first_administrator(window, setup)
    _, begun = post(daemon, "/api/device", {"label": "chat on a train"})
    stranger = browser.window()
    stranger.go(begun["verification_uri_complete"])
    stranger.sees("Sign in to let the program in.")
    stranger.write("#name", "anna")
    stranger.write("#password", "four wonderful tea leaves")
    stranger.press("Enter")
    stranger.sees("Let “chat on a train” act as anna?")
