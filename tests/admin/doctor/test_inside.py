"""Faults planted on the machine itself: each is named, with what mends it, and gone then."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatd.admin.doctor import inside, outside
from chatd.admin.doctor.command import WIDTH, shown
from chatd.admin.doctor.finding import Finding, fault
from chatd.admin.doctor.look import Look, Machine, unit_in
from chatd.admin.doctor.reach import Unreachable
from chatd.admin.main import main
from chatd.config.reading import load
from chatd.store.names import FILE, RESTORING
from chatd.store.sqlite import Sqlite
from tests.admin.backup.places import Place
from tests.daemon import Daemon, free_port, with_settings

GIB = 2**30
LIMITS = "Limit                     Soft Limit           Hard Limit           Units\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path / "server").filled(3)


def look(place: Place, **machine: Any) -> Look:
    settings = load(place.config)
    visit = {"pid": 1, "public_url": "https://localhost:8443", "secret": ""}
    backups = place.folder.parent / "backups"
    return Look(
        place.config,
        settings,
        visit,
        backups=backups,
        machine=replace(Machine(), **{"unit": lambda pid: "chatd.service", **machine}),
    )


def wrong(findings: Iterator[Finding]) -> list[Finding]:
    return [one for one in findings if one.grade in ("warning", "fault")]


def one(findings: Iterator[Finding]) -> Finding:
    [found] = wrong(findings)
    assert found.why and found.do
    return found


def setting(place: Place, section: str, **values: object) -> None:
    text = place.config.read_text("utf-8")
    place.config.write_text(with_settings(text, section, values), "utf-8")


@pytest.mark.parametrize("name", ["secrets/server.key", "tls/server.key"])
def test_a_key_that_others_can_read(place: Place, name: str) -> None:
    path = place.folder / name
    path.chmod(0o644)
    found = one(inside.configuration(look(place)))
    assert found.name == "key-readable" and str(path) in found.what
    subprocess.run(found.do, shell=True, check=True, timeout=10)
    assert wrong(inside.configuration(look(place))) == []


def test_an_unsafe_setting_is_said_with_its_mend(place: Place) -> None:
    setting(place, "server", proxies=["0.0.0.0/0"])
    found = one(inside.configuration(look(place)))
    assert found.name == "configuration" and "claim any address" in found.what
    setting(place, "server", proxies=[])
    assert wrong(inside.configuration(look(place))) == []


def test_a_configuration_that_cannot_be_read(place: Place, capsys: Any) -> None:
    place.config.write_text("[server]\nlisten = 3\n[sever]\n", "utf-8")
    assert main(["--config", str(place.config), "--json", "doctor"]) == 1
    findings = json.loads(capsys.readouterr().out)["done"]["findings"]
    assert [one["name"] for one in findings] == ["configuration"] * 2
    assert any("did you mean `server`?" in one["what"] for one in findings)


def test_a_store_of_an_older_schema_waits_for_the_next_start(place: Place) -> None:
    database = Sqlite(place.state / FILE, writing=True)
    have = database.pragma("user_version")
    database.connection.pragma("user_version", have - 1)
    found = one(inside.store(look(place)))
    assert (found.name, found.do) == ("migration-pending", "systemctl restart chatd")
    database.connection.pragma("user_version", have + 1)
    assert one(inside.store(look(place))).name == "store-newer"
    database.connection.pragma("user_version", have)
    database.close()
    assert wrong(inside.store(look(place))) == []


def test_a_store_that_is_no_database(place: Place) -> None:
    (place.state / FILE).write_bytes(b"not a database at all" * 500)
    assert one(inside.store(look(place))).name == "store-unreadable"


def test_a_store_held_by_another_process_names_it(place: Place) -> None:
    program = (
        "import sys, pathlib; from chatd.store.lock import FolderLock;"
        "lock = FolderLock(pathlib.Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    alone = replace(look(place), visit=None)
    with subprocess.Popen(
        [sys.executable, "-c", program, str(place.state)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as child:
        assert child.stdout is not None and child.stdout.readline() == b"held\n"
        found = one(inside.daemon(alone))
        assert found.name == "store-locked"
        assert f"kill {child.pid} && twistd --nodaemon chatd" in found.do
        os.kill(child.pid, signal.SIGTERM)
        child.wait(10)
    assert one(inside.daemon(alone)).name == "not-running"
    assert wrong(inside.daemon(look(place))) == []


def test_a_restore_that_was_interrupted(place: Place) -> None:
    (place.state / RESTORING).write_text("that of b.tar. Do it again.\n")
    found = one(inside.daemon(look(place)))
    assert found.name == "restore-unfinished" and "that of b.tar" in found.what
    (place.state / RESTORING).unlink()
    assert wrong(inside.daemon(look(place))) == []


@pytest.mark.parametrize(
    ("free", "name"),
    [(GIB // 2, "disk-full"), (GIB * 3 // 2, "disk-nearly-full"), (GIB * 3, None)],
)
def test_a_disk_that_fills_up(place: Place, free: int, name: str | None) -> None:
    setting(place, "store", free_bytes=GIB, free_percent=5.0)
    found = wrong(inside.disk(look(place, free_and_total=lambda folder: (free, 10 * GIB))))
    assert [one.name for one in found] == ([name] if name else [])
    assert all(one.do.startswith("du -xh --max-depth=2 ") for one in found)


@pytest.mark.parametrize(("kind", "found"), [("tmpfs", 1), ("nfs4", 1), ("ext4", 0)])
def test_a_store_on_a_file_system_that_does_not_keep_it(
    place: Place, kind: str, found: int
) -> None:
    mounts = f"/dev/sda1 / ext4 rw 0 0\nx {place.folder} {kind} rw 0 0\nx /elsewhere tmpfs rw 0 0\n"
    there = look(place, mounts=lambda: mounts, free_and_total=lambda folder: (GIB, GIB))
    assert [one.name for one in wrong(inside.disk(there))] == ["file-system"] * found


def open_files(files: str) -> str:
    return f"{LIMITS}Max open files            {files}               {files}        files     \n"


@pytest.mark.parametrize(("files", "found"), [("1024", 1), ("65536", 0), ("unlimited", 0)])
@pytest.mark.parametrize("unit", ["chatd.service", "chatd@team.service"])
def test_too_few_descriptors(place: Place, unit: str, files: str, found: int) -> None:
    serviced = look(place, limits=lambda pid: open_files(files), unit=lambda pid: unit)
    few = wrong(inside.descriptors(serviced))
    assert [one.name for one in few] == ["descriptors"] * found
    if few:
        assert "at most 1024 files may be open, and 20640 are needed" in few[0].what
        assert few[0].grade == "fault" and "LimitNOFILE=65536" in few[0].do
        assert f"> /etc/systemd/system/{unit}.d/files.conf" in few[0].do
        assert few[0].do.endswith(f"systemctl restart {unit.removesuffix('.service')}")


@pytest.mark.parametrize(
    ("url", "grade"),
    [("https://localhost:8443", "note"), ("https://chat.example.org", "warning")],
)
def test_whoever_started_it_by_hand_is_told_what_applies_there(
    place: Place, url: str, grade: str
) -> None:
    setting(place, "server", public_url=url)
    by_hand = look(place, limits=lambda pid: open_files("1024"), unit=lambda pid: "")
    [few] = inside.descriptors(by_hand)
    assert (few.name, few.grade) == ("descriptors", grade)
    assert few.do.startswith("ulimit -n 20640 ") and "connections = 384 below [limits]" in few.do
    found = [few, *inside.daemon(replace(by_hand, visit=None)), *inside.backups(by_hand)]
    assert not [one for one in found if "systemctl" in one.do or "journalctl" in one.why]


def test_the_unit_is_known_by_the_process_or_by_where_the_configuration_lies(place: Place) -> None:
    assert Machine().unit(os.getpid()) == "", "a test is no service"
    assert unit_in("0::/system.slice/chatd.service\n") == "chatd.service"
    team = "1:name=systemd:/system.slice/system-chatd.slice/chatd@team.service\n0::/\n"
    assert unit_in(team) == "chatd@team.service"
    assert unit_in("0::/user.slice/user-1000.slice/user@1000.service/vte-spawn-1.scope\n") == ""
    configured = replace(look(place), visit=None, config=Path("/etc/chatd/team/chatd.toml"))
    assert configured.start == configured.restart.replace("restart", "start")
    assert configured.start == "systemctl start chatd@team"
    plain = replace(configured, config=Path("/etc/chatd/chatd.toml"))
    assert plain.start == "systemctl start chatd"


def test_a_daemon_started_with_1024_descriptors(tmp_path: Path) -> None:
    """The real one: what /proc says of it is understood."""
    port = free_port()
    command = ("prlimit", "--nofile=1024:1024")
    with Daemon(tmp_path / "server", port=port, command=command) as daemon:
        assert graded(daemon)["descriptors"] == "note", "for this machine alone it is a note"
    with Daemon(tmp_path / "server", {"limits": {"connections": 500}}, port=port) as daemon:
        assert graded(daemon)["descriptors"] == "ok"


def graded(daemon: Daemon) -> dict[str, str]:
    """What was found by the doctor, and how grave it is."""
    with contextlib.redirect_stdout(io.StringIO()) as out:
        main(["--config", str(daemon.config), "--json", "doctor"])
    findings = json.loads(out.getvalue())["done"]["findings"]
    return {one["name"]: one["grade"] for one in findings}


def test_a_short_queue_of_the_kernel(place: Place) -> None:
    found = one(inside.kernel(look(place, kernel=lambda name: "128")))
    assert found.name == "backlog" and "net.core.somaxconn=4096" in found.do
    assert wrong(inside.kernel(look(place, kernel=lambda name: "4096"))) == []


def test_events_from_the_future_tell_of_the_clock(place: Place) -> None:
    from tests.store.desk import NOW

    at = NOW / 1000
    found = one(inside.store(look(place, now=lambda: at - 3600)))
    assert found.name == "clock-off" and "3600 s in the future" in found.what
    assert wrong(inside.store(look(place, now=lambda: at + 1))) == []


def test_a_clock_that_nothing_keeps_is_a_note(place: Place) -> None:
    [found] = inside.clock(look(place, clock_kept=lambda: False))
    assert (found.grade, found.do) == ("note", "timedatectl set-ntp true")
    [found] = inside.clock(look(place, clock_kept=lambda: True))
    assert found.grade == "ok"


def test_the_kernel_answers_about_its_clock() -> None:
    assert Machine().clock_kept() in (True, False)


def test_a_missing_backup_is_a_note_until_there_is_one(place: Place) -> None:
    [found] = inside.backups(look(place))
    assert found.name == "no-backup" and found.do.endswith("chatd-backup.timer")
    place.backup(look(place).backups)
    [found] = inside.backups(look(place))
    assert found.grade == "ok"
    [found] = inside.backups(look(place, now=lambda: time.time() + 5 * 86_400))
    assert found.grade == "note" and "5 days old" in found.what


def test_ipv6_that_the_name_has_and_the_server_has_not(tmp_path: Path) -> None:
    port = free_port()
    settings = {"server": {"listen": [f"127.0.0.1:{port}"]}}
    with Daemon(tmp_path / "server", settings, port=port) as daemon:
        both = Machine(resolve=lambda host, port: ["127.0.0.1", "::1"])
        there = Look(daemon.config, load(daemon.config), None, machine=both)
        reached: list[str] = []
        found = one(outside.addresses(there, reached))
        assert found.name == "ipv6-closed" and "[::]:" in found.do
        assert reached == ["127.0.0.1"]
        four = Machine(resolve=lambda host, port: ["127.0.0.1"])
        assert wrong(outside.addresses(replace(there, machine=four), [])) == []


def test_localhost_is_known_without_a_look_up(place: Place) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise Unreachable("no such name")

    found = list(outside.addresses(look(place, resolve=unknown), []))
    assert found[0].what == "localhost is 127.0.0.1"


def test_a_finding_fits_80_columns_but_for_the_line_to_type() -> None:
    found = fault("x", "certificate", "word " * 40, "because " * 30, "type " * 30)
    lines = shown(found)
    assert all(len(line) <= WIDTH for line in lines[:-1])
    assert lines[-1].strip() == "$ " + ("type " * 30).strip()
    assert shown(replace(found, what="\x1b[31mred"))[0].endswith("\N{REPLACEMENT CHARACTER}[31mred")
