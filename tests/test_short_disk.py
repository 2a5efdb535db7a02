"""The first start on a disk that is nearly full: it serves, and says in words what it cannot do."""

from pathlib import Path

import pytest
from twisted.python.failure import Failure

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.told import cannot_start
from tests.admin.commands import At
from tests.conftest import LoggedErrors
from tests.daemon import Daemon, WentWrong, twistd

FULL = {"store": {"free_bytes": 2**50}}
WORDS = "The server is short of disk space and stores nothing new until there is more."


def test_a_first_start_below_the_floor_serves_and_tells(tmp_path: Path) -> None:
    quickstart = [*twistd(), "--nodaemon", "--pidfile=", "chatd", "--quickstart"]
    with Daemon(tmp_path, FULL, program=quickstart) as daemon:
        assert daemon.ask("user_list") == []
        with pytest.raises(WentWrong, match="short of disk space"):
            daemon.ask("user_add", name="alice")
        daemon.wait_for("setup-link")
        said = daemon.log()
    assert "Traceback" not in said
    assert "the disk is nearly full: nothing new is stored" in said
    assert f"no link for the first administrator: {WORDS}" in said
    banner = said[said.index("chatd is ready: ") :].splitlines()
    assert banner[1].startswith("  trouble   The server is short of disk space")
    assert banner[2].endswith("Make room, or set store.free_bytes lower.")
    assert all(len(line) <= 80 for line in banner[:4])


def test_the_next_start_with_room_again_makes_the_link(tmp_path: Path) -> None:
    quickstart = [*twistd(), "--nodaemon", "--pidfile=", "chatd", "--quickstart"]
    with Daemon(tmp_path, FULL, program=quickstart) as daemon:
        daemon.wait_for("setup-link")
        text = daemon.config.read_text("utf-8").replace(str(2**50), "0")
        daemon.config.write_text(text, "utf-8")
        daemon.restart()
        daemon.wait_for("/#setup=")
        assert "trouble" not in daemon.log()


def test_check_says_that_nothing_would_be_stored(tmp_path: Path) -> None:
    at = At(Daemon(tmp_path, FULL).config)
    said = at("check")
    assert said.code == 0 and said.out.endswith(": nothing wrong.\n")
    assert "have to stay free (store.free_bytes, free_percent)" in said.err
    assert said.err.count("\n") == 1
    roomy = At(Daemon(tmp_path / "roomy").config)("check")
    assert (roomy.code, roomy.err) == (0, "")


def test_a_start_that_the_store_refuses_is_a_sentence_in_log_and_terminal(
    capfd: pytest.CaptureFixture[str], logged_errors: LoggedErrors
) -> None:
    cannot_start(Failure(Refusal(Code.STORAGE_FULL, WORDS)))
    assert capfd.readouterr().err == f"chatd: it cannot start: {WORDS}\n"
    assert logged_errors.take() == [f"chatd cannot start: {WORDS}"]


def test_a_start_that_fails_by_a_mistake_sends_whoever_looks_to_the_log(
    capfd: pytest.CaptureFixture[str], logged_errors: LoggedErrors
) -> None:
    cannot_start(Failure(KeyError("x")))
    assert "by a mistake of ours; the log says which" in capfd.readouterr().err
    (told,) = logged_errors.take()
    assert told.startswith("chatd cannot start") and "KeyError" in told
