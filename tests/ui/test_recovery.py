"""A new password by a link, from an administrator and by mail; an address that is confirmed."""

import json
import re

import pytest

from tests.mail_server import MailServer
from tests.ui.test_two_people import first_administrator

pytestmark = pytest.mark.browser

NEW = "five even better leaves"
LINK = re.compile(r"https://\S+/#(?:reset|email)=\S+")


@pytest.fixture
def mailbox(tmp_path):
    with MailServer(tmp_path) as mailbox:
        yield mailbox


def link_in(mail):
    found = LINK.search(mail.get_content())
    assert found is not None, mail.get_content()
    return found.group()


def choose(window, password):
    window.sees("Choose a new password")
    assert window.js("document.querySelector('#name').value") == "anna"
    window.write("#password", password)
    window.press("Enter")


def ask(window, path, body):
    """The status of a request of the page's own."""
    code = f"""(async () => {{
        const session = await (await fetch('/api/session')).json();
        const answer = await fetch({json.dumps(path)}, {{
            method: 'POST',
            headers: {{ 'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf }},
            body: {json.dumps(json.dumps(body))},
        }});
        return answer.status;
    }})()"""
    return window.js(code)


def test_a_link_of_an_administrator_leads_to_a_new_password_once(daemon, browser):
    window, other = browser.window(), browser.window()
    first_administrator(window, daemon.link(daemon.start()))
    link = daemon.chatctl("user", "reset", "anna").split()[0]
    other.go(daemon.url)
    other.click("button", "Forgotten your password?")
    other.sees("This server sends no mail. Its administrator can make you a link")
    assert other.count("input") == 0, "nothing is asked for that would be of no use"
    other.click("button", "Back to signing in")
    other.wait("document.querySelector('#password') !== null")

    other.go(link)
    other.sees("Choose a new password")
    assert other.js("location.hash") == "", "the secret stays in no address"
    choose(other, "anna")
    other.sees("A password has at least 8 characters")
    other.write("#password", NEW)
    other.press("Enter")
    other.sees("Welcome, anna")
    window.sees("Your session has ended.")

    third = browser.window()
    third.go(link)
    third.sees("This link does not work any more")
    third.click("button", "Go on without it")
    third.write("#name", "anna")
    third.write("#password", NEW)
    third.press("Enter")
    third.sees("Welcome, anna")
    refused = [each for each in other.complaints + third.complaints if " 4" not in each]
    assert refused == []


def test_a_confirmed_address_is_mailed_a_link(daemon, browser, mailbox):
    daemon.configure(mailbox.section())
    window, other = browser.window(), browser.window()
    first_administrator(window, daemon.link(daemon.start()))
    body = {"email": "Anna@Example.org", "password": "four wonderful tea leaves"}
    assert ask(window, "/api/email", body) == 200
    to, mail = mailbox.mail(1)
    assert to == "anna@example.org"
    window.go(link_in(mail))
    window.sees("Your address is confirmed")
    window.click("button", "Go on")
    window.sees("Welcome, anna")

    other.go(daemon.url)
    other.click("button", "Forgotten your password?")
    other.write("#who", "anna@example.org")
    other.press("Enter")
    other.sees("Look into your mail")
    to, mail = mailbox.mail(2)
    assert (to, mail["subject"]) == ("anna@example.org", "A new password for anna at chatd")
    other.go(link_in(mail))
    choose(other, NEW)
    other.sees("Welcome, anna")
    window.sees("Your session has ended.")
