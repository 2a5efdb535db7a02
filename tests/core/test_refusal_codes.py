"""The tables of refusal and close codes are whole, and a refusal keeps their promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatd.core.codes import CLOSES, CODES, REASON_BYTES, Close, Code, reason
from chatd.core.refusal import Refusal


@pytest.mark.parametrize("code", Code)
def test_every_refusal_code_has_a_row_that_is_a_sentence(code: Code) -> None:
    assert CODES[code].meaning.endswith(".")


@pytest.mark.parametrize("code", Close)
def test_every_close_code_has_a_row_that_is_a_sentence(code: Close) -> None:
    assert CLOSES[code].meaning.endswith(".")


def test_only_passing_troubles_may_be_retried() -> None:
    again = {code for code, row in CODES.items() if row.retry}
    assert again == {
        Code.RATE_LIMITED,
        Code.BUSY,
        Code.STORAGE_FULL,
        Code.UNAVAILABLE,
        Code.TIMEOUT,
        Code.INTERNAL,
    }


@pytest.mark.parametrize("code", [code for code in Close if code >= 4000])
def test_our_ranges_say_whether_to_come_back(code: Close) -> None:
    assert CLOSES[code].come_back is (code < 4500)
    assert code < 5000


@pytest.mark.parametrize("code", [code for code in Close if code < 4000])
def test_codes_of_the_standard_may_be_sent(code: Close) -> None:
    assert 1000 <= code <= 1015 and code not in (1004, 1005, 1006, 1015)


def test_a_signed_out_session_cannot_resume() -> None:
    assert not CLOSES[Close.SIGNED_OUT].resume
    assert CLOSES[Close.SLOW_READER].resume


def test_a_close_code_is_written_in_words() -> None:
    assert Close.SLOW_READER.word == "slow-reader"


@given(st.text(max_size=300))
def test_a_reason_fits_its_frame_and_is_the_text_or_its_beginning(text: str) -> None:
    cut = reason(text)
    assert len(cut.encode("utf-8")) <= REASON_BYTES < 123
    assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))


def test_a_reason_is_cut_between_characters_and_as_late_as_possible() -> None:
    assert reason("a" * 122) == "a" * 122
    assert reason("a" * 123) == "a" * 119 + "…"
    assert reason("a" * 117 + "é" * 9) == "a" * 117 + "é" + "…"
    assert reason("\ud800") == "?"


def test_a_refusal_takes_retry_from_its_code() -> None:
    assert Refusal(Code.BUSY, "Later.").retry is True
    assert Refusal(Code.FORBIDDEN, "No.").retry is False
    assert Refusal(Code.BUSY, "Not this one.", retry=False).retry is False


def test_a_time_to_wait_means_that_a_retry_is_sensible() -> None:
    refusal = Refusal(Code.LIMIT_REACHED, "Soon there is room.", retry_after=2.5)
    assert (refusal.retry, refusal.retry_after) == (True, 2.5)


@pytest.mark.parametrize("wrong", [{"retry": False, "retry_after": 1.0}, {"retry_after": -1.0}])
def test_a_refusal_cannot_contradict_itself(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        Refusal(Code.BUSY, "Later.", **wrong)  # type: ignore[arg-type]


def test_a_refusal_shows_code_sentence_and_field() -> None:
    refusal = Refusal(Code.BAD_FIELD, "Too small.", field="data.size")
    assert str(refusal) == "bad-field: Too small."
    assert "field='data.size'" in repr(refusal)
    assert refusal.args == (Code.BAD_FIELD, "Too small.")
