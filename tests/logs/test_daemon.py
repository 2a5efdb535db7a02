"""The log of the real daemon under twistd: its form, its file, and a reload."""

import json
import signal
import subprocess
import time
from pathlib import Path

from tests.daemon import REPOSITORY, Daemon, twistd, with_settings


def until(daemon: Daemon, text: str) -> None:
    deadline = time.monotonic() + 10
    while text not in daemon.log():
        assert time.monotonic() < deadline, daemon.log()
        time.sleep(0.02)


def test_every_line_is_json_from_the_first_on(tmp_path: Path) -> None:
    with Daemon(tmp_path, {"log": {"format": "json"}}) as daemon:
        daemon.stop()
        lines = [json.loads(line) for line in daemon.log().splitlines()]
    assert "starting up" in lines[0]["message"]
    assert lines[-1]["message"]
    assert {"time", "level", "namespace", "message"} <= lines[0].keys()
    assert any(line["namespace"] == "chatd.service" for line in lines)


def test_text_is_the_default(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        assert "[chatd#info] ready: https://" in daemon.log()


def test_a_reload_changes_form_and_levels_at_once(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        other = {"format": "json", "level": "warn", "levels": {"chatd.service": "info"}}
        daemon.config.write_text(with_settings(daemon.config.read_text(), "log", other))
        daemon.signal(signal.SIGHUP)
        until(daemon, '"message":"reloaded: certificates, the log; all of it"')
        daemon.stop()
        after = daemon.log().rpartition("reloaded: ")[2].splitlines()[1:]
    assert {json.loads(line)["namespace"] for line in after} == {"chatd.service"}


def test_a_level_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        text = daemon.config.read_text() + '\n[log.levels]\n"chatd.push" = "loud"\n'
        daemon.config.write_text(text)
        daemon.signal(signal.SIGHUP)
        until(daemon, "nothing was reloaded")
        line = text.splitlines().index("[log.levels]") + 1
        assert f"chatd.toml:{line}: `levels` is {{'chatd.push': 'loud'}}" in daemon.log()


def test_twistds_own_options_for_the_file_and_the_logger_hold(tmp_path: Path) -> None:
    daemon = Daemon(tmp_path, {"log": {"format": "json"}})
    own = tmp_path / "own.log"
    launched = {
        "a file": [f"--logfile={own}"],
        "a logger": ["--logger", "tests.logs.own_logger.observer"],
    }
    for name, options in launched.items():
        process = subprocess.Popen(
            [*twistd(), "--nodaemon", "--pidfile=", *options, "chatd", "-c", str(daemon.config)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"PYTHONPATH": str(REPOSITORY), "OWN_LOG": str(own)},
        )
        try:
            deadline = time.monotonic() + 20
            while not own.exists() or "ready: " not in own.read_text():
                assert time.monotonic() < deadline and process.poll() is None, name
                time.sleep(0.05)
        finally:
            process.terminate()
            said, _ = process.communicate(timeout=15)
        assert said == b"", name
        first = own.read_text().splitlines()[0]
        assert first.startswith("{" if name == "a file" else "own: "), first
        own.unlink()
