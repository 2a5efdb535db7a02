"""What is said to the service manager, as sd_notify(3) has it."""

import os
import socket
from pathlib import Path

import pytest

from chatd.systemd.notify import Notifier
from tests.systemd.manager import Manager


def test_a_path_and_an_abstract_name_are_both_reached(tmp_path: Path) -> None:
    name = f"@chatd-test-{os.getpid()}"
    for address, bound in (
        (str(tmp_path / "socket"), str(tmp_path / "socket")),
        (name, "\0" + name[1:]),
    ):
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(bound)
        notifier = Notifier.from_environment(environ := {"NOTIFY_SOCKET": address})
        assert environ == {}, "no child believes that it is meant"
        notifier.ready("Serving\nREADY=0")
        assert listener.recv(100) == b"READY=1\nSTATUS=Serving READY=0"
        notifier.close()
        listener.close()


def test_nobody_listens_and_nothing_fails(tmp_path: Path) -> None:
    for address in ("", str(tmp_path / "nowhere"), "x" * 200):
        notifier = Notifier(address)
        assert not notifier.heard
        notifier.ready("Serving")
        notifier.keep("kept.127.0.0.1.443", 0)


def test_a_manager_that_does_not_read_makes_nobody_wait(tmp_path: Path) -> None:
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    listener.bind(str(tmp_path / "socket"))
    notifier = Notifier(str(tmp_path / "socket"))
    for _ in range(2000):
        notifier.status("x" * 1000)
    notifier.close()
    listener.close()


@pytest.mark.parametrize(
    ("environ", "seconds"),
    [
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({}, None),
    ],
)
def test_the_watchdog_is_for_this_process_or_none(
    environ: dict[str, str], seconds: float | None
) -> None:
    assert Notifier.from_environment(dict(environ)).watchdog == seconds


def test_a_descriptor_is_kept_by_its_name(tmp_path: Path) -> None:
    manager = Manager(tmp_path)
    notifier = Notifier(manager.address)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        notifier.keep("kept.a", listening.fileno())
        manager.until("FDSTORE")
        assert manager.kept["kept.a"].getsockname() == listening.getsockname()
    notifier.let_go("kept.a")
    manager.until("FDSTOREREMOVE")
    assert manager.kept == {}
    notifier.close()
    manager.close()
