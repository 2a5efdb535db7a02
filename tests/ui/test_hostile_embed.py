"""What the page of a site says to the frame is text as well: options, and names of its rooms."""

import pytest

from tests.embed.frame import frame_of
from tests.ui.hostile_texts import OURS
from tests.ui.line import Line
from tests.ui.site import Site
from tests.ui.test_two_people import PASSWORD
from tests.ui.watch import grown

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THEME = "['light', 'dark', undefined].includes(document.documentElement.dataset.theme)"


@pytest.fixture
def site(daemon):
    site = Site(daemon)
    yield site
    site.close()


#: What the frame's own scripts run in; the page around it has none of ours.
WATCHED = """(() => {
    window.seen = [];
    window.canary = () => window.seen.push('a foreign script ran: canary');
    addEventListener('securitypolicyviolation', ({ violatedDirective }) =>
        window.seen.push(`policy: ${violatedDirective}`), true);
    return true;
})()"""


def looked(browser, page, url):
    frame = frame_of(browser, page, f"{url}/embed")
    frame.js(WATCHED)
    frame.wait("document.body.innerText.trim() !== ''", 30)
    return frame


def test_options_of_the_page_around_and_names_of_its_rooms_are_text(daemon, browser, site):
    secret = daemon.link(daemon.start()).partition("#setup=")[2]
    anna = Line(daemon, "/api/setup", {"secret": secret, "name": "anna", "password": PASSWORD})
    page = browser.window()
    for text in (*OURS[::9], OURS[0], OURS[-1]):
        # As an attribute of the site's script, in each that is handed on.
        site.options = {"data-room": text, "data-theme": text, "data-language": text}
        page.go(site.url)
        frame = looked(browser, page, daemon.url)
        # Such a room is nowhere, which is said with its name in it.
        frame.sees("cannot be shown", "body", 30)
        assert [*frame.js("window.seen"), *frame.complaints, *grown(frame)] == [], text
        assert frame.js(
            "['light', 'dark', undefined].includes(document.documentElement.dataset.theme)"
        )
    for number, text in enumerate(OURS[::25]):
        slug = f"room-{number}"
        anna.do("create_room", name=f"x{text[:70]}", slug=slug, kind="public")
        site.options, site.rooms = {"data-room": slug}, [slug]
        page.go(site.url)
        frame = looked(browser, page, daemon.url)
        frame.wait("document.querySelector('.head h1') !== null", 30)
        assert [*frame.js("window.seen"), *frame.complaints, *grown(frame)] == [], text
    anna.close()
    assert page.complaints == []
