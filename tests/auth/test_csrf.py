"""The CSRF token: bound to one session and one server."""

import pytest

from chatd.auth.csrf import csrf_holds, csrf_token

KEY, SECRET = b"k" * 32, "chatd_s_" + "A" * 43


def test_the_token_of_a_session_holds_for_it():
    assert csrf_holds(KEY, SECRET, csrf_token(KEY, SECRET))


def test_the_token_does_not_give_the_secret_away():
    token = csrf_token(KEY, SECRET)
    assert len(token) == 43 and SECRET[8:] not in token


@pytest.mark.parametrize(
    "given",
    [
        "",
        "é",
        "\udcff",
        csrf_token(KEY, SECRET)[:-1],
        csrf_token(KEY, SECRET) + "A",
        csrf_token(KEY, "chatd_s_" + "B" * 43),
        csrf_token(b"l" * 32, SECRET),
    ],
)
def test_anything_else_does_not_hold(given):
    assert not csrf_holds(KEY, SECRET, given)
