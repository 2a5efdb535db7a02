"""The headers of every answer, scored as the MDN HTTP Observatory does: A+, and what would cost it.

https://developer.mozilla.org/en-US/observatory/docs/tests_and_scoring : from 100 points, extra
points count from 90 on, A+ from 100. The scanner itself says the same of a running server.
"""

import re

import pytest

from chatd.edge.headers import content_security_policy, standing_headers
from chatd.edge.settings import EdgeSettings

SITE = "https://chat.example.org"


def directives(policy: str) -> dict[str, list[str]]:
    parts = (part.split() for part in policy.split(";"))
    return {name: values for name, *values in parts}


def policy_points(policy: str | None) -> int:
    if policy is None:
        return -25
    rules = directives(policy)
    scripts = rules.get("script-src", rules.get("default-src", ["*"]))
    if {"'unsafe-inline'", "data:", "https:", "*"} & set(scripts):
        return -20
    if "'unsafe-eval'" in scripts:
        return -10
    styles = rules.get("style-src", rules.get("default-src", ["*"]))
    if {"'unsafe-inline'", "data:", "https:", "*"} & set(styles):
        return 0
    return 10 if rules.get("default-src") == ["'none'"] else 5


def score(headers: dict[str, str]) -> int:
    policy = headers.get("content-security-policy")
    framing = directives(policy or "x").get("frame-ancestors")
    age = re.search(r"max-age=(\d+)", headers.get("strict-transport-security", ""))
    private = ("no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin")
    points = [
        policy_points(policy),
        -20 if age is None else -10 if int(age[1]) < 15768000 else 0,
        0 if headers.get("x-content-type-options") == "nosniff" else -5,
        5 if framing else 0 if headers.get("x-frame-options") in ("DENY", "SAMEORIGIN") else -20,
        5 if headers.get("referrer-policy") in private else 0,
        10 if headers.get("cross-origin-resource-policy") in ("same-origin", "same-site") else 0,
    ]
    base = 100 + sum(one for one in points if one < 0)
    return base + sum(one for one in points if one > 0) if base >= 90 else base


@pytest.fixture
def headers():
    return {name.lower(): value for name, value in standing_headers(EdgeSettings(public_url=SITE))}


def test_the_observatory_gives_a_plus(headers):
    assert score(headers) == 130


@pytest.mark.parametrize(
    "name",
    ["content-security-policy", "strict-transport-security"],
)
def test_without_one_of_the_great_ones_it_is_no_a(headers, name):
    del headers[name]
    assert score(headers) < 90


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("script-src 'self'", "script-src 'self' 'unsafe-inline'"),
        ("script-src 'self'", "script-src 'self' 'unsafe-eval'"),
        ("script-src 'self'", "script-src *"),
        ("style-src 'self'", "style-src 'unsafe-inline'"),
    ],
)
def test_a_weaker_policy_costs_points(headers, old, new):
    policy = headers["content-security-policy"]
    assert old in policy
    headers["content-security-policy"] = policy.replace(old, new)
    assert score(headers) <= 120


@pytest.mark.parametrize("framed_by", [(), ("https://shop.example",)])
def test_the_policy_opens_no_more_than_the_page_needs(framed_by):
    rules = directives(content_security_policy(SITE, framed_by))
    assert rules.pop("connect-src") == ["'self'", "wss://chat.example.org"]
    assert rules.pop("img-src") == ["'self'", "blob:"]
    assert rules.pop("frame-ancestors") == list(framed_by or ["'none'"])
    assert rules.pop("require-trusted-types-for") == ["'script'"]
    assert len(rules.pop("trusted-types")) == 1, "none, or one policy, and it once"
    for name in ("default-src", "base-uri"):
        assert rules.pop(name) == ["'none'"], name
    assert set(map(tuple, rules.values())) == {("'self'",)}
    # What is not named falls back to default-src, but for these three.
    assert {"form-action", "script-src", "style-src"} <= set(rules)
