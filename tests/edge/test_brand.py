"""A server's own name, logo and colour in its page: read by everybody, run by nobody."""

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
import pytest_twisted
from site_rig import Rig

from chatd.core import colour
from chatd.core.logo import logo
from chatd.edge import brand
from chatd.edge.brand import Brand, stylesheet
from chatd.edge.pages import ui_files

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'
OURS = Brand(
    name='Tea & "Cake" </title><script>',
    logo=logo(SVG),
    accent="#ffd500",
    login_text="Only for those\nwho work here.",
    links={"help": "https://www.example.org/help?a=1&b=2"},
)
TOKENS = Path("chatd/ui/style/tokens.css").read_text("utf-8")


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig(ui=ui_files())
    yield made
    await made.stop()


def told(page):
    (content,) = re.findall(r'<meta name="chatd-brand" content="([^"]*)">', page)
    return json.loads(unescape(content))


async def page(rig, path="/"):
    answer = await rig.call("GET", path)
    assert answer.status == 200
    return answer.body.decode()


@pytest_twisted.ensureDeferred
async def test_without_a_brand_the_page_is_as_it_is_and_has_no_more_to_load(rig):
    html = await page(rig)
    assert told(html) == {}
    assert "<title>chatd</title>" in html and "brand.css" not in html
    for name in ("brand.css", "logo.svg", "logo.png"):
        assert (await rig.call("GET", f"/ui/{name}")).status == 404


@pytest.mark.parametrize("path", ["/", "/embed"])
@pytest_twisted.ensureDeferred
async def test_all_of_it_reaches_the_page_as_data_and_nothing_of_it_as_markup(rig, path):
    assert rig.edge.looks(OURS)
    html = await page(rig, path)
    assert told(html) == {
        "name": OURS.name,
        "logo": "/ui/logo.svg",
        "text": OURS.login_text,
        "links": dict(OURS.links),
    }
    title = "<title>Tea &amp; &quot;Cake&quot; &lt;/title&gt;&lt;script&gt;</title>"
    assert title in html and "<script>" not in html
    # Behind the tokens that it replaces.
    *others, last = re.findall(r'rel="stylesheet" href="([^"]+)"', html)
    assert others and last.startswith("ui/brand.css")
    assert "style=" not in html and "<style" not in html


@pytest_twisted.ensureDeferred
async def test_a_logo_is_served_as_what_it_is_and_may_run_and_load_nothing(rig):
    rig.edge.looks(OURS)
    answer = await rig.call("GET", "/ui/logo.svg")
    assert (answer.body, answer.headers["content-type"]) == (SVG, ["image/svg+xml"])
    (policy,) = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and policy.endswith("sandbox")
    assert answer.headers["x-content-type-options"] == ["nosniff"]
    assert 'href="ui/logo.svg" type="image/svg+xml"' in await page(rig)


@pytest_twisted.ensureDeferred
async def test_a_reload_changes_the_page_and_its_tag_and_takes_away_what_was(rig):
    before = await rig.call("GET", "/")
    assert rig.edge.looks(OURS) and not rig.edge.looks(OURS)
    tag = before.headers["etag"][0]
    assert (await rig.call("GET", "/", If_None_Match=tag)).status == 200
    now = (await rig.call("GET", "/")).headers["etag"][0]
    assert (await rig.call("GET", "/", If_None_Match=now)).status == 304
    assert rig.edge.looks(Brand())
    assert (await rig.call("GET", "/ui/brand.css")).status == 404
    assert (await rig.call("GET", "/")).headers["etag"] == [tag]


def test_a_manifest_has_the_name_and_the_logo():
    made = json.loads(
        OURS.manifest(b'{"name": "chatd", "icons": [{"src": "/x"}], "start_url": "/"}')
    )
    assert (made["name"], made["short_name"], made["start_url"]) == (OURS.name, OURS.name, "/")
    assert [one["src"] for one in made["icons"]] == ["ui/logo.svg", "/x"]


def test_a_service_worker_keeps_the_brands_files_and_is_another_with_another_brand():
    script = b'const VERSION = "abc";\nconst FILES = ["/", "/ui/app.js"];\nuse(VERSION, FILES);\n'
    assert Brand().worker(script) == script
    one, other = OURS.worker(script), replace(OURS, name="Coffee").worker(script)
    assert b'FILES = ["/ui/brand.css", "/ui/logo.svg", "/", "/ui/app.js"]' in one
    assert one.startswith(b'const VERSION = "abc-') and one != other
    assert one == OURS.worker(script)


# ---- the colour ----------------------------------------------------------------------------------


def token(name):
    (pair,) = re.findall(rf"--{name}: light-dark\((#\w{{6}}), (#\w{{6}})\)", TOKENS)
    return pair


def test_the_grounds_reckoned_with_are_those_of_the_page():
    grounds = [token(name) for name in ("bg", "side", "hover", "row")]
    assert tuple(zip(*grounds, strict=True)) == (brand.LIGHT, brand.DARK)
    assert token("muted") == brand.MUTED


def ratio(one, other):
    return colour.contrast(colour.parse(one), colour.parse(other))


ACCENTS = ["#000000", "#ffffff", "#ffd500", "#000080", "#808080", "#ff0000", "#00ff00", "#0f6b62"]
ACCENTS += [
    f"#{red}{green}{blue}"
    for red in ("20", "c8")
    for green in ("50", "e0")
    for blue in ("40", "ff")
]


@pytest.mark.parametrize("accent", ACCENTS)
def test_whatever_the_accent_everything_can_be_read_in_both_themes(accent):
    made = re.findall(
        r"--([a-z-]+): light-dark\((#\w{6}), (#\w{6})\);", stylesheet(accent).decode()
    )
    assert [name for name, *_ in made] == ["accent", "fill", "on-fill", "soft"]
    for at, grounds in enumerate((brand.LIGHT, brand.DARK)):
        is_now = {name: both[at] for name, *both in made}
        for ground in (*grounds, is_now["soft"]):
            assert ratio(is_now["accent"], ground) >= 4.5
        assert ratio(is_now["on-fill"], is_now["fill"]) >= 4.5
        assert ratio(is_now["fill"], grounds[0]) >= 3
        for words in ("text", "muted"):
            assert ratio(token(words)[at], is_now["soft"]) >= 4.5


def test_an_accent_that_can_be_read_stays_itself_on_light():
    assert b"--accent: light-dark(#0f6b62," in stylesheet("#0f6b62")
    assert b"--fill: light-dark(#0f6b62," in stylesheet("#0f6b62")
