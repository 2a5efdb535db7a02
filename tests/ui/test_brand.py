"""A server with a name, a logo and a colour of its own: real page, real daemon."""

import json

import pytest

from tests.ui.people import make_room, title_of
from tests.ui.test_two_people import first_administrator, say

pytestmark = pytest.mark.browser

LOGO = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<circle cx="16" cy="16" r="15" fill="#8a2be2"/>'
    '<path d="M9 12h14l-3 10h-8z" fill="#fff"/></svg>'
)
PAGE = """[page]
name = "Tea House <b>"
logo = "logo.svg"
accent = "#8a2be2"
login_text = "For everybody who works here.\\nAsk Anna for an invitation."
terms = "https://www.example.org/terms"
help = "https://www.example.org/help"
"""


def colour_of(window, selector, what):
    found = f"getComputedStyle(document.querySelector({json.dumps(selector)})).{what}"
    return window.js(found)


def test_name_logo_colour_words_and_links_are_everywhere_the_page_shows_itself(daemon, browser):
    (daemon.state.parent / "logo.svg").write_text(LOGO)
    daemon.configure(PAGE)
    link = daemon.link(daemon.start())
    anna = browser.window()
    anna.go(daemon.url)
    anna.sees("Tea House <b>", ".card .brand")
    anna.sees("Ask Anna for an invitation.", ".card .welcome")
    links = "[...document.querySelectorAll('.brand-links a')].map((one) => [one.text, one.href])"
    assert anna.js(links) == [
        ["Help", "https://www.example.org/help"],
        ["Terms of use", "https://www.example.org/terms"],
    ]
    assert title_of(anna) == "Tea House <b>"
    assert colour_of(anna, "button.main", "backgroundColor") == "rgb(138, 43, 226)"
    anna.wait("document.querySelector('.brand img').naturalWidth > 0")
    assert anna.js("document.querySelector('link[rel=icon]').href").endswith("/ui/logo.svg")

    first_administrator(anna, link)
    make_room(anna, "Tea")
    say(anna, "Hello")
    anna.sees("Tea House <b>", ".sidebar .place")
    assert title_of(anna) == "Tea House <b>"
    anna.click(".place button", "More")
    anna.sees("Terms of use", ".menu")
    anna.press("Escape")
    anna.theme("dark")
    assert colour_of(anna, ".box .send", "backgroundColor") != "rgb(138, 43, 226)"
    assert anna.complaints == []
    assert {url.split("/")[2] for url in anna.requests if "//" in url} == {daemon.url.split("/")[2]}
