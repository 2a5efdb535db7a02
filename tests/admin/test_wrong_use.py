"""What is typed and makes no sense is refused in a sentence, before anybody is asked."""

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.admin.commands import At, chatctl
from tests.daemon import Daemon, WentWrong


@pytest.mark.parametrize("days", ["nan", "inf", "-1", "0", "1e300", "3651", "soon", ""])
@pytest.mark.parametrize(
    "command", [("token", "create", "robot"), ("address", "block", "192.0.2.1"), ("invite",)]
)
def test_days_that_are_no_time_are_refused(command: tuple[str, ...], days: str) -> None:
    said = chatctl(*command, "--days", days)
    assert said.code == 2 and said.out == ""
    assert said.err.splitlines()[-1].startswith(f"chatctl: argument --days: {days!r} is none that")


@pytest.mark.parametrize(
    "words",
    [
        ("invitation", "create", "--uses", "9" * 5_000),
        ("invitation", "create", "--uses", "0"),
        ("setup", "--here", "--port", "70000"),
        ("quickstart", "x", "--port", "-1"),
        ("backup", "create", "x", "--full-after", "nan"),
    ],
)
def test_other_numbers_that_fit_nowhere_are_refused(words: tuple[str, ...]) -> None:
    said = chatctl(*words)
    assert said.code == 2 and "is none that fits; right would be" in said.err
    assert len(said.err) < 1_000


NOT_UTF_8 = b"a\xffb".decode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    "words",
    [
        ("user", "add", NOT_UTF_8),
        ("session", "list", NOT_UTF_8),
        ("trace", NOT_UTF_8),
        ("address", "block", NOT_UTF_8),
        ("invitation", "withdraw", NOT_UTF_8),
        ("backup", "create", NOT_UTF_8),
    ],
)
def test_an_argument_that_is_not_utf_8_is_refused_in_words(words: tuple[str, ...]) -> None:
    said = chatctl(*words)
    assert (said.code, said.out) == (2, "")
    assert said.err == f"chatctl: argument {len(words)} is not UTF-8: 'a\\\\xffb'.\n"
    told = json.loads(chatctl("--json", *words).err)
    assert (told["refused"]["code"], told["exit"]) == ("usage", 2)


def test_arguments_that_would_not_fit_into_a_line_to_the_daemon_are_refused() -> None:
    said = chatctl("token", "create", "x", "--label", "x" * 100_000)
    assert said.code == 2 and said.err == (
        "chatctl: the arguments are too long: at most 10,000 bytes in all.\n"
    )


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Daemon]:
    with Daemon(tmp_path_factory.mktemp("server")) as daemon:
        daemon.user("robot")
        yield daemon


@pytest.mark.parametrize("days", [-1, 0, 1e300, 3_651])
def test_the_daemon_refuses_a_token_that_would_be_dead_or_for_ever(
    daemon: Daemon, days: float
) -> None:
    with pytest.raises(WentWrong, match="A token is good for up to 3650 days, or has no end"):
        daemon.ask("token_create", name="robot", days=days)


def test_the_daemon_refuses_a_label_that_the_page_could_not_show(daemon: Daemon) -> None:
    with pytest.raises(WentWrong, match="at most 80 characters"):
        daemon.ask("token_create", name="robot", label="x" * 81)


def test_as_much_as_may_be_typed_reaches_the_daemon(daemon: Daemon) -> None:
    said = At(daemon.config)("user", "add", "\1" * 9_900 + "x")
    assert said.code == 1 and "Traceback" not in said.err


@pytest.mark.parametrize(
    ("typed", "words"), [(b"correct horse \xff\n", "not UTF-8"), (b"x" * 20_000, "too long")]
)
@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_a_password_that_cannot_travel_is_refused_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: bytes, words: str, errors: str
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8", errors))
    said = chatctl("--config", tmp_path / "none.toml", "user", "add", "ann", "--password")
    assert said.code == 2 and words in said.err and said.err.count("\n") == 1
