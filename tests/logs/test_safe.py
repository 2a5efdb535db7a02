"""What may stand in a log line."""

import apsw
import pytest

from chatd.logs import forms, safe
from tests.logs.events import event, failed
from tests.test_secrets import PREFIXES

WORDS = "meet me at the old mill"


@pytest.mark.parametrize("prefix", [*PREFIXES, "whsec_"])
def test_every_kind_of_secret_is_taken_out_wherever_it_stands(prefix: str) -> None:
    secret = prefix + "Ab3-_" * 8
    text = forms.as_text(event("refused GET /x/{path}?a", path=secret))
    assert "Ab3" not in text and prefix in text


def test_a_sites_token_is_taken_out() -> None:
    token = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"
    assert safe.without_secrets(f"got {token}, refused") == "got eyJ\u2026, refused"


@pytest.mark.parametrize("error", [KeyError, ValueError, RuntimeError, apsw.SQLError, Exception])
def test_words_of_a_failure_that_may_quote_people_are_withheld(error: type[Exception]) -> None:
    told = forms.as_text(failed(error(WORDS)))
    assert WORDS not in told
    assert error.__name__ in told and "in failed" in told


def test_words_about_the_machine_are_told() -> None:
    assert "No space left" in forms.as_text(failed(OSError(28, "No space left on device")))
    assert "database is locked" in forms.as_text(failed(apsw.BusyError("database is locked")))


def test_what_a_failure_came_from_is_told_and_guarded_as_well() -> None:
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise TypeError("no room") from error
    except TypeError as error:
        told = forms.as_text(failed(error))
    assert "TypeError: no room" in told and "which came from" in told and "KeyError" in told
    assert WORDS not in told


def test_a_line_and_a_traceback_have_a_longest() -> None:
    def deep(depth: int) -> None:
        if depth:
            deep(depth - 1)
        raise RuntimeError("x" * 10**6)

    try:
        deep(400)
    except RuntimeError as error:
        told = forms.as_text(failed(error))
    assert len(told) < safe.LONGEST_TRACEBACK + 200
    assert len(forms.as_text(event("{path}", path="x" * 10**6))) < safe.LONGEST_MESSAGE + 200
