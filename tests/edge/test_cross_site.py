"""Every address that changes something, asked by a page of another site with the visitor's cookie.

The list comes from the router itself: an address that is added later is attacked, too.
"""

import pytest
import pytest_twisted
from site_rig import PASSWORD, PUBLIC, Rig

#: Where nobody needs to be signed in: a cookie gives nothing here, and a secret or a password is
#: asked for. Another site may not use them in a browser either.
OPEN = {
    ("POST", "/api/session"),
    ("POST", "/api/session/exchange"),
    ("POST", "/api/newcomer"),
    ("DELETE", "/api/newcomer"),
    ("POST", "/auth/oidc/{name}/start"),
    ("POST", "/api/account/delete/vouched"),
    ("POST", "/api/session/second"),
    ("POST", "/api/session/passkey/ask"),
    ("POST", "/api/session/passkey"),
    ("POST", "/api/guest"),
    ("POST", "/api/setup"),
    ("POST", "/api/register"),
    ("POST", "/api/invitation/check"),
    ("POST", "/api/reset/ask"),
    ("POST", "/api/reset/check"),
    ("POST", "/api/reset"),
    ("POST", "/api/email/confirm"),
}
#: For programs, which have no origin: what is given out here is of no use without a person's yes.
PROGRAMS = {
    ("POST", "/api/device"),
    ("POST", "/api/device/token"),
    ("POST", "/auth/oidc/{name}/backchannel-logout"),
}

#: What another site can have a browser send: no token, or one of its own making; simple requests
#: of forms, and what a page on another port of the same host sends.
ATTACKS = {
    "a form": {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"},
    "a sandboxed frame": {"Origin": "null", "Sec_Fetch_Site": "cross-site"},
    "a page of a subdomain": {
        "Origin": "https://evil.chat.example.org",
        "Sec_Fetch_Site": "same-site",
    },
    "a page on another port": {
        "Origin": "https://chat.example.org:8444",
        "Sec_Fetch_Site": "same-site",
    },
    "plain http": {"Origin": "http://chat.example.org", "Sec_Fetch_Site": "cross-site"},
    "an old browser, no Origin": {},
    "no Origin, but the site": {"Sec_Fetch_Site": "cross-site"},
    "a token of its own": {"Origin": PUBLIC, "X_CSRF_Token": "{other}"},
    "our origin, no token": {"Origin": PUBLIC, "Sec_Fetch_Site": "same-origin"},
    "an empty token": {"Origin": PUBLIC, "X_CSRF_Token": ""},
    "two origins": {
        "Origin": f"{PUBLIC}\r\nOrigin: https://evil.example",
        "X_CSRF_Token": "{csrf}",
    },
    "a site that may embed": {
        "Origin": "https://evil.example",
        "Sec_Fetch_Site": "cross-site",
        "X_CSRF_Token": "{csrf}",
    },
}


@pytest_twisted.async_yield_fixture
async def rig():
    rig = Rig()
    yield rig
    await rig.stop()


def changing(rig):
    router = rig.edge.site._router
    for table in (router._exact, router._named, router._below):
        for methods in table.values():
            for method, route in methods.items():
                if method not in ("GET", "HEAD"):
                    yield method, route.path, route.body


def test_the_list_is_that_of_the_router(rig):
    found = {(method, path) for method, path, _ in changing(rig)}
    assert found > OPEN | PROGRAMS, "an address of the lists above is gone"
    assert len(found - OPEN - PROGRAMS) >= 8


@pytest.mark.parametrize("attack", ATTACKS)
@pytest_twisted.ensureDeferred
async def test_nothing_changes_by_the_cookie_alone(rig, attack):
    await rig.person(admin=True)
    mine = await rig.call(
        "POST", "/api/session", {"name": "alice", "password": PASSWORD}, Origin=PUBLIC
    )
    other = await rig.call(
        "POST", "/api/session", {"name": "alice", "password": PASSWORD}, Origin=PUBLIC
    )
    cookie, tokens = mine.cookie(), {"csrf": mine.json["csrf"], "other": other.json["csrf"]}
    headers = {name: value.format(**tokens) for name, value in ATTACKS[attack].items()}
    for method, path, most in changing(rig):
        if (method, path) in OPEN | PROGRAMS:
            continue
        for body in (None, {}, {"user_code": "ABCD-EFGH", "allow": True})[: 3 if most else 1]:
            answer = await rig.call(method, path, body, Cookie=cookie, **headers)
            assert answer.status in (400, 403), (method, path, answer.status)
            if answer.status == 400:
                assert attack == "two origins", (method, path, answer.body)
            assert "access-control-allow-origin" not in answer.headers
    assert (await rig.call("GET", "/api/session", Cookie=cookie)).json["signed_in"]


@pytest.mark.parametrize(
    "attack", ["a form", "a sandboxed frame", "a page of a subdomain", "a page on another port"]
)
@pytest_twisted.ensureDeferred
async def test_another_site_signs_nobody_in_and_takes_nobody_in(rig, attack):
    """Else its visitors would write under a name that it knows (login CSRF)."""
    await rig.person()
    headers = ATTACKS[attack]
    for method, path in OPEN:
        body = None if method == "DELETE" else {"name": "alice", "password": PASSWORD}
        answer = await rig.call(method, path.format(name="corp"), body, **headers)
        assert answer.status in (403, 404), (path, answer.status)
        assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/api/session", "/api/email", "/ui/js/main.js"])
@pytest_twisted.ensureDeferred
async def test_no_answer_may_be_read_by_another_site(rig, path):
    await rig.person()
    answer = await rig.call("GET", path, Origin="https://evil.example")
    assert "access-control-allow-origin" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == ["same-origin"]
    preflight = await rig.call(
        "OPTIONS",
        path,
        Origin="https://evil.example",
        Access_Control_Request_Method="DELETE",
        Access_Control_Request_Headers="x-csrf-token",
    )
    assert preflight.status in (404, 405)
    assert not [name for name in preflight.headers if name.startswith("access-control-")]
