"""The daemon that other tests stand on: it starts, ends, and says why it did not."""

import os
import signal
import subprocess
import time
import tomllib
from pathlib import Path

import pytest

from tests.daemon import READY, Daemon, WentWrong, with_settings
from tests.forked import Parent

TEXT = '# first\n[store]\npath = "state"\nfree_bytes = 1\n\n[accounts]\nsecret_file = "s"\n'


def test_settings_replace_join_and_add() -> None:
    text = with_settings(TEXT, "store", {"free_bytes": 0, "free_percent": 0.0})
    text = with_settings(text, "limits", {"rooms_open": 3})
    text = with_settings(text, "server", {"origins": ["https://a.example"], "name": 'a "b"'})
    assert tomllib.loads(text) == {
        "store": {"path": "state", "free_bytes": 0, "free_percent": 0.0},
        "accounts": {"secret_file": "s"},
        "limits": {"rooms_open": 3},
        "server": {"origins": ["https://a.example"], "name": 'a "b"'},
    }


def test_it_ends_with_its_test_and_keeps_its_accounts(tmp_path: Path) -> None:
    with Daemon(tmp_path / "data", {"limits": {"rooms_open": 3}}) as daemon:
        daemon.token("alice")
        daemon.kill()
        assert not daemon.running
        daemon.start()
        assert [row["name"] for row in daemon.ask("user_list")] == ["alice"]
        pid = daemon.pid
        # twistd ends by the signal that it was sent.
        assert daemon.stop() == -signal.SIGTERM
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_daemon_that_does_not_start_is_told_with_its_log(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path / "data", {"limits": {"rooms_opened": 3}})
    with pytest.raises(WentWrong, match="did you mean `rooms_open`"):
        daemon.start()
    assert not daemon.running


def test_what_is_forked_ends_with_what_it_was_forked_from(tmp_path: Path) -> None:
    data, log = Daemon(tmp_path / "data"), tmp_path / "log"
    parent = Parent()
    try:
        arguments = ["--nodaemon", "--pidfile=", "chatd", "--config", str(data.config)]
        child = parent.fork(arguments, os.environ, log)
        while READY not in log.read_text():
            assert child.poll() is None, log.read_text()
            time.sleep(0.01)
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(0)
    finally:
        parent.close()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_of_two_that_are_forked_each_goes_its_own_way(tmp_path: Path) -> None:
    with Daemon(tmp_path / "one") as one, Daemon(tmp_path / "two") as two:
        assert one.token("alice") != two.token("alice")
        assert [os.getpgid(each.pid) for each in (one, two)] == [one.pid, two.pid]
        one.kill()
        assert not one.running and two.running
        assert [row["name"] for row in two.ask("user_list")] == ["alice"]
