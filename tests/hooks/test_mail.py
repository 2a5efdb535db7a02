"""Mail that waits, is tried a few times and is given up; and what no text can do to it."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from typing import Any

import pytest
from twisted.internet.defer import Deferred, ensureDeferred
from twisted.python.failure import Failure

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.hooks.mail import (
    AT_ONCE,
    CHARACTERS,
    WAITING,
    MailFailed,
    MailSettings,
    NoMail,
    QueuedMail,
    address,
    compose,
)
from tests.conftest import LoggedErrors
from tests.hooks.fakes import Time

SENDER = "Our chat <chat@example.org>"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


class Office:
    """Hands mail in; ``plan`` holds what becomes of the next tries: None, a failure, a Deferred."""

    def __init__(self, *plan: Any) -> None:
        self.time = Time()
        self.plan = list(plan)
        self.tries: list[tuple[float, str]] = []
        self.mail = QueuedMail(SENDER, self._attempt, self.time, self.time.sleep)

    async def _attempt(self, to: str, message: bytes) -> None:
        self.tries.append((self.time.now(), to))
        outcome = self.plan.pop(0) if self.plan else None
        if isinstance(outcome, Deferred):
            outcome = await outcome
        if isinstance(outcome, Exception):
            raise outcome

    def send(self, to: str = "anna@example.org", subject: str = "Hi", text: str = "Ho") -> None:
        now(self.mail.send(to, subject, text))


def now(coroutine: Any) -> Any:
    results: list[Any] = []
    ensureDeferred(coroutine).addBoth(results.append)
    (result,) = results
    if isinstance(result, Failure):
        result.raiseException()
    return result


def later(why: str = "not now") -> MailFailed:
    return MailFailed(why, final=False)


def test_a_mail_is_handed_in_without_anybody_waiting() -> None:
    stuck: Deferred[None] = Deferred()
    office = Office(stuck)
    office.send()
    assert office.tries == [(0, "anna@example.org")]
    stuck.callback(None)
    assert office.time.waits() == []


def test_it_is_tried_three_times_and_then_given_up_with_a_line(
    logged_errors: LoggedErrors,
) -> None:
    office = Office(later(), later(), later("still not"))
    office.send()
    office.time.advance(400)
    assert [at for at, _ in office.tries] == pytest.approx([0, 15, 135], abs=20)
    (line,) = logged_errors.take()
    assert "still not" in line
    assert "anna" not in line


def test_a_second_try_that_works_is_the_last() -> None:
    office = Office(later())
    office.send()
    office.time.advance(400)
    assert len(office.tries) == 2


@pytest.mark.logs_errors("no such user")
def test_what_is_refused_for_good_is_not_tried_again() -> None:
    office = Office(MailFailed("no such user", final=True))
    office.send()
    office.time.advance(400)
    assert len(office.tries) == 1


@pytest.mark.logs_errors("a mail could not be sent")
def test_a_mistake_of_ours_is_logged_and_the_next_mail_goes_out() -> None:
    office = Office(ValueError("ours"))
    office.send()
    office.send("bob@example.org")
    assert len(office.tries) == 2


def test_only_so_many_are_on_their_way_and_only_so_many_wait() -> None:
    stuck: list[Deferred[None]] = [Deferred() for _ in range(AT_ONCE)]
    office = Office(*stuck)
    for _ in range(WAITING):
        office.send()
    assert len(office.tries) == AT_ONCE
    with pytest.raises(Refusal) as caught:
        office.send()
    assert caught.value.code is Code.UNAVAILABLE
    assert caught.value.retry_after is not None
    for each in stuck:
        each.callback(None)
    assert len(office.tries) == WAITING
    office.send()
    assert len(office.tries) == WAITING + 1


def test_a_mail_that_waits_for_its_second_try_holds_nobody_up() -> None:
    office = Office(*[later()] * AT_ONCE)
    for _ in range(AT_ONCE):
        office.send()
    office.send("bob@example.org")
    assert office.tries[-1] == (0, "bob@example.org")
    office.mail.stop()


def test_a_stop_leaves_nothing_behind_and_takes_nothing_any_more() -> None:
    office = Office(Deferred(), Deferred(), later())
    for _ in range(5):
        office.send()
    office.mail.stop()
    assert office.time.waits() == []
    tries = len(office.tries)
    with pytest.raises(Refusal):
        office.send()
    assert len(office.tries) == tries


def test_a_try_that_is_waited_for_says_why_it_failed() -> None:
    office = Office(later("the server is asleep"))
    with pytest.raises(Refusal, match="the server is asleep"):
        now(office.mail.send_now("anna@example.org", "Hi", "Ho"))
    now(office.mail.send_now("anna@example.org", "Hi", "Ho"))
    assert len(office.tries) == 2


def test_without_a_server_mail_is_refused_and_it_is_said_what_is_missing() -> None:
    for method in (NoMail().send, NoMail().send_now):
        with pytest.raises(Refusal, match=r"\[mail\]") as caught:
            now(method("anna@example.org", "Hi", "Ho"))
        assert caught.value.code is Code.UNAVAILABLE


# ---- what is written ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "@example.org",
        "anna@",
        "anna@example.org\r\nBcc: eve@example.com",
        "anna@example.org\nRCPT TO:<eve@example.com>",
        "anna@example.org, eve@example.com",
        "anna@example.org>",
        "<anna@example.org>",
        "Anna <anna@example.org>",
        '"anna eve"@example.org',
        "anna @example.org",
        "anna@exam ple.org",
        "anna@example..org",
        "anna@.org",
        "änna@example.org",
        "anna@exämple.org",
        "anna@example.org\x00",
        "a" * 65 + "@example.org",
        "a@" + "b" * 250 + ".org",
    ],
)
def test_what_is_no_single_address_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as caught:
        address(text)
    assert (caught.value.code, caught.value.field) == (Code.BAD_FIELD, "email")
    with pytest.raises(Refusal):
        compose(SENDER, text, "Hi", "Ho", NOW)


@pytest.mark.parametrize("text", ["anna@example.org", " a.b+c@x-y.example ", "o'neil@localhost"])
def test_an_address_is_taken_without_spaces_around_it(text: str) -> None:
    assert address(text) == text.strip()


@pytest.mark.parametrize(
    "subject", ["Hi\r\nBcc: eve@example.com", "Hi\nX: y", "Hi\x00\x0b\u2028there", "Hi\r"]
)
def test_no_subject_makes_a_header(subject: str) -> None:
    made = compose(SENDER, "anna@example.org", subject, "Ho", NOW)
    message = message_from_bytes(made, policy=policy.default)
    assert sorted(message.keys()) == sorted(
        [
            "From",
            "To",
            "Subject",
            "Date",
            "Message-ID",
            "Auto-Submitted",
            "MIME-Version",
            "Content-Type",
            "Content-Transfer-Encoding",
        ]
    )
    assert message["Subject"].startswith("Hi")
    assert message["To"] == "anna@example.org"


def test_a_text_of_any_letters_comes_through_and_makes_no_header() -> None:
    text = "X: y\r\n\r\nBcc: eve@example.com\n.\n中文 ü"
    made = compose(SENDER, "anna@example.org", "Grüße 中文", text, NOW)
    message: Any = message_from_bytes(made, policy=policy.default)
    assert message.get_content() == text.replace("\r\n", "\n") + "\n"
    assert message["Subject"] == "Grüße 中文"
    assert message["Bcc"] is None
    assert message["Date"] == "Fri, 02 Jan 2026 03:04:05 +0000"
    assert message["Message-ID"].endswith("@example.org>")
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_text_that_is_too_long_is_refused() -> None:
    office = Office()
    with pytest.raises(Refusal) as caught:
        office.send(text="x" * (CHARACTERS + 1))
    assert caught.value.code is Code.TOO_LONG


def test_the_password_is_not_in_what_settings_show() -> None:
    settings = MailSettings("mail.example.org", 465, "chatd", "hush", SENDER, "tls")
    assert "hush" not in repr(settings)
