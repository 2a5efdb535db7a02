"""`chatctl top`: its figures, its lines, and both before a real terminal and in a pipe."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from chatd.admin.top_figures import between, quantiles
from chatd.admin.top_screen import lines
from chatd.core.meters import SECONDS, Histogram
from tests.daemon import REPOSITORY, Daemon


def told(histogram: Histogram) -> dict[str, Any]:
    return {
        "bounds": list(histogram.bounds),
        "counts": list(histogram.counts),
        "sum": histogram.sum,
    }


def look(at: float, **differs: Any) -> dict[str, Any]:
    empty = told(Histogram(SECONDS))
    return {
        "version": "0.1.0",
        "time": at,
        "up": at,
        "not_ready": {},
        "connections": 3,
        "opened": 10,
        "people": 2,
        "rooms_open": 1,
        "position": 100,
        "writes": 1000,
        "queued_bytes": 0,
        "slow_readers": 0,
        "errors": 0,
        "mistakes": 0,
        "memory": 80 << 20,
        "processor": 1.0,
        "commands": {},
        "kinds": {kind: empty for kind in ("write", "read", "passing")},
        "commits": empty,
        "units": empty,
        "lag": empty,
        "top_rooms": [],
        "top_people": [],
        **differs,
    }


def test_rates_are_of_the_time_between_two_looks() -> None:
    before = look(10.0, commands={"send": [5, 1.0], "typing": [7, 1.0]})
    after = look(12.0, position=104, commands={"send": [15, 1.5], "typing": [7, 1.0]})
    figures = between(before, after)
    assert figures["events"] == 2
    assert figures["commands"] == [{"type": "send", "rate": 5.0, "average": 0.05}]


def test_times_are_of_the_time_between_two_looks_as_well() -> None:
    histogram = Histogram(SECONDS)
    for _ in range(1000):
        histogram.add(4.0)  # long ago
    before = told(histogram)
    for seconds in [0.002] * 90 + [0.04] * 9 + [60.0]:
        histogram.add(seconds)
    found = quantiles(before, told(histogram))
    assert found == {"count": 100, "p50": 0.0025, "p95": 0.05, "p99": 0.05}
    assert quantiles(before, before)["p50"] is None


def test_a_screen_has_no_more_lines_and_columns_than_there_are() -> None:
    busy = [
        {"room": f"r{n}", "name": "long name " * 9, "events": 1e6, "open": 9999} for n in range(99)
    ]
    people = [
        {"user": f"u{n}", "name": "p" * 99, "events": 0.1, "connections": 2} for n in range(99)
    ]
    commands = {f"command_with_a_name_{n}": [n * 10**6, 10.0] for n in range(1, 99)}
    figures = between(
        look(0.0), look(1.0, top_rooms=busy, top_people=people, commands=commands, writes=10**9)
    )
    for width, height in ((80, 24), (40, 10), (200, 60), (20, 4), (20, 24), (3, 24)):
        shown = lines(figures, width, height)
        assert len(shown) <= height
        assert max(map(len, shown)) <= width


def test_what_people_chose_as_a_name_does_nothing_to_the_terminal() -> None:
    name = "\x1b[2Jtea\u202e"
    room = {"room": "r1", "name": name, "events": 1.0, "open": 1}
    text = "".join(lines(between(look(0.0), look(1.0, top_rooms=[room]))))
    assert "tea" in text and text.isprintable()


def test_a_daemon_that_is_not_ready_says_why_first() -> None:
    figures = between(look(0.0), look(1.0, not_ready={"disk": "the disk is nearly full"}))
    assert lines(figures)[0].endswith("NOT READY: disk")


def chatctl(daemon: Daemon, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "chatd.admin.main", "--config", str(daemon.config), *arguments],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_piped_it_is_one_set_of_figures(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        text = chatctl(daemon, "top").stdout
        assert text.splitlines()[0].endswith("serving")
        figures = json.loads(chatctl(daemon, "top", "--once", "--json").stdout)["done"]
        assert figures["connections"] == 0 and figures["memory"] > 10**7
        daemon.stop()
        ended = chatctl(daemon, "top")
        assert ended.returncode == 4 and "the daemon is not running" in ended.stderr


@pytest.mark.tmux
def test_on_a_terminal_it_goes_on_until_q(tmp_path: Path) -> None:
    def tmux(*arguments: str) -> str:
        return subprocess.run(
            ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null", *arguments],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        ).stdout

    def until(wanted: str) -> str:
        deadline = time.monotonic() + 20
        while wanted not in (shown := tmux("capture-pane", "-t", "t", "-p")):
            assert time.monotonic() < deadline, shown
            time.sleep(0.05)
        return shown

    folder = tmp_path / "daemon"
    folder.mkdir()
    with Daemon(folder) as daemon:
        run = f"cd {REPOSITORY}; {sys.executable} -m chatd.admin.main -c {daemon.config} top"
        tmux("new-session", "-d", "-s", "t", "-x", "80", "-y", "24", f"{run}; echo ended $?; cat")
        try:
            shown = until("q quits")
            assert shown.splitlines()[0].endswith("serving")
            up = shown.split()[3]
            deadline = time.monotonic() + 10
            while tmux("capture-pane", "-t", "t", "-p").split()[3] == up:
                assert time.monotonic() < deadline, "it stands still"
                time.sleep(0.1)
            tmux("resize-window", "-t", "t", "-x", "30", "-y", "5")
            time.sleep(1.2)
            tmux("send-keys", "-t", "t", "q")
            until("ended 0")
        finally:
            tmux("kill-server")
