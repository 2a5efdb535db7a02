"""/embed and /embed.js: who may frame them, who may load them, and that nothing else may be."""

import pytest_twisted
from site_rig import Rig

from chatd.auth.jwk import from_secret
from chatd.auth.jws import Keys
from chatd.auth.site_claims import Site
from chatd.edge.embed_page import PLACE
from chatd.edge.pages import ui_files
from tests.auth.test_site_tokens import KEY

ORIGINS = ("https://www.example.org", "http://127.0.0.1:8000")
UI = {"embed.html": b"<!doctype html><meta " + PLACE + b">", "embed.js": b"// the script"}


@pytest_twisted.async_yield_fixture
async def rig():
    made = Rig(ui=UI, vouching=Site("i", "a", Keys([from_secret(KEY)]), origins=ORIGINS))
    yield made
    await made.stop()


def ancestors(answer):
    (policy,) = answer.headers["content-security-policy"]
    (found,) = [part for part in policy.split("; ") if part.startswith("frame-ancestors")]
    return found


@pytest_twisted.ensureDeferred
async def test_only_the_pages_of_the_site_may_frame_it_and_it_knows_their_names(rig):
    answer = await rig.call("GET", "/embed")
    assert answer.status == 200
    assert ancestors(answer) == "frame-ancestors https://www.example.org http://127.0.0.1:8000"
    assert "x-frame-options" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == ["cross-origin"]
    assert b'content="https://www.example.org http://127.0.0.1:8000"' in answer.body
    assert "set-cookie" not in answer.headers


@pytest_twisted.ensureDeferred
async def test_the_rest_of_its_policy_is_that_of_the_page(rig):
    def rest(answer):
        (policy,) = answer.headers["content-security-policy"]
        return [part for part in policy.split("; ") if not part.startswith("frame-ancestors")]

    assert rest(await rig.call("GET", "/embed")) == rest(await rig.call("GET", "/"))


@pytest_twisted.ensureDeferred
async def test_no_other_page_may_be_framed(rig):
    for path in ("/", "/ui/embed.html", "/protocol", "/api/session", "/nothing"):
        answer = await rig.call("GET", path)
        assert ancestors(answer) == "frame-ancestors 'none'", path
        assert answer.headers["x-frame-options"] == ["DENY"]


@pytest_twisted.ensureDeferred
async def test_any_page_may_load_the_script(rig):
    answer = await rig.call("GET", "/embed.js")
    assert (answer.status, answer.body) == (200, b"// the script")
    assert answer.headers["content-type"] == ["text/javascript; charset=utf-8"]
    assert answer.headers["cross-origin-resource-policy"] == ["cross-origin"]
    (tag,) = answer.headers["etag"]
    again = await rig.call("GET", "/embed.js", If_None_Match=tag)
    assert again.status == 304
    assert again.headers["cross-origin-resource-policy"] == ["cross-origin"]


@pytest_twisted.ensureDeferred
async def test_where_no_site_is_named_nobody_frames_it():
    rig = Rig(ui=UI)
    try:
        answer = await rig.call("GET", "/embed")
        assert ancestors(answer) == "frame-ancestors 'none'"
        assert answer.headers["x-frame-options"] == ["DENY"]
        assert b'content=""' in answer.body
    finally:
        await rig.stop()


def test_the_page_that_is_shipped_has_the_place_for_the_origins():
    assert ui_files()["embed.html"].count(PLACE) == 1
    assert ui_files()["embed.js"]
