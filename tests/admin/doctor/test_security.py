"""`doctor --security`: planted faults are each named, with the line that mends them, and gone then;
a healthy server gives no warning."""

import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from chatd.admin.doctor import security_inside, security_outside, security_people
from chatd.admin.doctor.command import WIDTH, shown
from chatd.admin.doctor.finding import Finding
from chatd.admin.doctor.look import Look, Machine
from chatd.admin.doctor.reach import Answer
from chatd.config.reading import load
from chatd.store.names import FILE
from chatd.store.sqlite import Sqlite
from tests.admin.backup.places import Place
from tests.admin.commands import At
from tests.admin.doctor.front import HOST, Papers, Proxy, names, proxy
from tests.daemon import REPOSITORY, Daemon, free_port, with_settings

DAY = 86_400
#: As the unit has it, proc(5).
WELL = "Name:\ttwistd\nUid:\t999\t999\t999\t999\nNoNewPrivs:\t1\nSeccomp:\t2\nCapEff:\t{:016x}\n"
SETTINGS = {"server": {"public_url": "https://chat.example.org"}}


@pytest.fixture
def place(tmp_path: Path) -> Place:
    place = Place(tmp_path / "server").filled(1)
    text = place.config.read_text("utf-8")
    place.config.write_text(with_settings(text, "server", SETTINGS["server"]), "utf-8")
    return place


def look(place: Place, **machine: Any) -> Look:
    settings = load(place.config)
    visit = {"pid": 1, "public_url": "https://chat.example.org", "secret": ""}
    none: dict[str, Any] = {
        "status": lambda pid: WELL.format(1 << 10),
        "maps": lambda pid: "",
        "package": lambda: ("", ""),
        "reboot": lambda: False,
    }
    backups = place.folder.parent / "backups"
    made = replace(Machine(), **{**none, **machine})
    return Look(place.config, settings, visit, backups=backups, machine=made)


def wrong(findings: Iterator[Finding]) -> list[Finding]:
    return [one for one in findings if one.grade in ("warning", "fault")]


def one(findings: Iterator[Finding]) -> Finding:
    [found] = wrong(findings)
    assert found.why and found.do
    assert all(len(line) <= WIDTH for line in shown(found)[:-1])
    return found


def set_to(place: Place, section: str, **values: object) -> None:
    text = place.config.read_text("utf-8")
    place.config.write_text(with_settings(text, section, values), "utf-8")


# ---- files --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("state", 0o755),
        (f"state/{FILE}", 0o644),
        ("secrets", 0o755),
        ("chatd.toml", 0o666),
        (".", 0o777),
    ],
)
def test_what_others_could_read_or_change(place: Place, name: str, mode: int) -> None:
    assert wrong(security_inside.files(look(place))) == []
    path = place.folder / name
    path.chmod(mode)
    found = one(security_inside.files(look(place)))
    assert found.name == "open-files" and f"(mode {mode:04o})" in found.what
    subprocess.run(found.do, shell=True, check=True, timeout=10)
    assert wrong(security_inside.files(look(place))) == []


def test_backups_that_others_can_read(place: Place) -> None:
    place.backup(look(place).backups)
    assert wrong(security_inside.backups(look(place))) == []
    [backup] = look(place).backups.glob("*.tar")
    backup.chmod(0o644)
    found = one(security_inside.backups(look(place)))
    assert found.name == "open-backups" and "holds every key" in found.why
    subprocess.run(found.do, shell=True, check=True, timeout=10)
    assert wrong(security_inside.backups(look(place))) == []


def test_an_old_key_of_a_site(place: Place) -> None:
    set_to(place, "site", keys="secrets/site-keys", issuer="https://www.example.org")
    at = At(place.config)
    assert at("token-key", "add", "shop").code == 0
    [key] = (place.folder / "secrets/site-keys").iterdir()
    assert wrong(security_inside.site_keys(look(place))) == []
    old = key.stat().st_mtime - 500 * DAY
    os.utime(key, (old, old))
    found = one(security_inside.site_keys(look(place)))
    assert found.name == "old-site-key" and "chatctl token-key add shop" in found.do
    assert at("token-key", "add", "shop").code == 0
    assert at("token-key", "remove", key.stem).code == 0
    assert wrong(security_inside.site_keys(look(place))) == []


# ---- people -------------------------------------------------------------------------------------


def test_who_may_make_an_account(place: Place) -> None:
    assert [each.grade for each in security_people.registration(look(place))] == ["ok"]
    set_to(place, "accounts", registration="open", session_days=365.0)
    set_to(place, "guests", allowed=True, rooms=["lobby"])
    found = {each.name: each for each in security_people.registration(look(place))}
    assert {name: each.grade for name, each in found.items()} == {
        "open-registration": "note",
        "guests": "note",
        "long-sessions": "warning",
    }
    assert all(each.do for each in found.values())


def test_administrators_with_a_password_alone_and_tokens_nobody_uses(tmp_path: Path) -> None:
    with Daemon(tmp_path / "server") as daemon:
        daemon.user("ann", "a good long password", admin=True)
        daemon.user("robot", admin=True)
        daemon.token("robot")
        daemon.user("bob", "another good password")
        daemon.token("bob")
    there = Look(daemon.config, load(daemon.config), None)
    found = list(security_people.people(there))
    assert [(each.name, each.grade) for each in found] == [
        ("no-second-factor", "warning"),
        ("mighty-token", "note"),
    ]
    assert "administrator ann " in found[0].what and found[0].do == "chatctl user factors ann"
    database = Sqlite(daemon.state / FILE, writing=True)
    database.run("update credentials set seen = seen - 8640000000", {})
    database.run("update users set password = null", {})
    database.close()
    unused = wrong(security_people.people(there))
    assert [each.name for each in unused] == ["unused-token"] * 2
    for each in unused:
        words = each.do.split()[1:]
        assert words[:2] == ["token", "end"]
        line = [sys.executable, "-m", "chatd.admin.main", "-c", daemon.config, *words]
        subprocess.run(line, check=True, timeout=30, capture_output=True, cwd=REPOSITORY)
    assert wrong(security_people.people(there)) == []


# ---- the process --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "other", "words"),
    [
        ("Uid:\t999\t999", "Uid:\t0\t0", "it runs as root"),
        ("NoNewPrivs:\t1", "NoNewPrivs:\t0", "may gain rights"),
        ("Seccomp:\t2", "Seccomp:\t0", "every system call"),
        (f"CapEff:\t{1 << 10:016x}", f"CapEff:\t{1 << 21:016x}", "capabilities"),
    ],
)
def test_a_daemon_without_its_sandbox(place: Place, line: str, other: str, words: str) -> None:
    well = WELL.format(1 << 10)
    assert wrong(security_inside.sandbox(look(place))) == []
    there = look(place, status=lambda pid: well.replace(line, other))
    found = one(security_inside.sandbox(there))
    assert found.name == "no-sandbox" and words in found.what
    set_to(place, "server", public_url="https://localhost:8443")
    alone = look(place, status=lambda pid: well.replace(line, other))
    assert wrong(security_inside.sandbox(alone)) == [], "for this machine alone it is a note"


def test_what_is_out_of_date(place: Place) -> None:
    assert list(security_inside.outdated(look(place))) == []
    gone = (
        "7f00-7f01 r-xp 0 08:01 12 /usr/lib/libssl.so.3 (deleted)\n7f02-7f03 r-xp 0 0 0 /x.so.1\n"
    )
    found = one(security_inside.outdated(look(place, maps=lambda pid: gone)))
    assert found.name == "old-libraries" and "libssl.so.3" in found.what
    found = one(security_inside.outdated(look(place, package=lambda: ("0.1.0", "0.1.1"))))
    assert found.name == "update" and "0.1.1 is there" in found.what
    found = one(security_inside.outdated(look(place, reboot=lambda: True)))
    assert found.name == "reboot"
    assert list(security_inside.outdated(look(place, package=lambda: ("1", "1")))) == []


def test_this_machine_can_be_asked() -> None:
    machine = Machine()
    assert "NoNewPrivs:" in machine.status(os.getpid())
    assert ".so" in machine.maps(os.getpid())
    assert len(machine.package()) == 2 and machine.reboot() in (True, False)


# ---- from outside -------------------------------------------------------------------------------


def strong(context: ssl.SSLContext) -> None:
    """As Python has it but for CBC."""
    context.set_ciphers("ECDHE+AESGCM")


class Server:
    def __init__(self, daemon: Daemon, papers: Papers, front: Proxy) -> None:
        self.at = At(daemon.config)
        self.front = front
        self._papers = papers
        settings = load(daemon.config)
        self.look = Look(daemon.config, settings, None, "127.0.0.1", papers.ca)
        self.target = self.look.target("127.0.0.1")

    def doctor(self) -> list[dict[str, str]]:
        said = self.at.json(
            "doctor", "--security", "--address", "127.0.0.1", "--ca", self._papers.ca
        )
        found: list[dict[str, str]] = said.done["findings"]
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Behind a proxy that ends TLS; every test leaves it well."""
    folder = tmp_path_factory.mktemp("front")
    papers, port = Papers(folder / "papers"), free_port()
    papers.good()
    with proxy(papers, port) as front:
        settings = {
            "server": {
                "public_url": f"https://{HOST}:{front.port}",
                "proxies": ["127.0.0.1/32"],
                "listen": [f"127.0.0.1:{port}"],
                "forwarded_by": "x-forwarded-for",
            },
            "tls": {"terminated": True, "certificate": "", "key": ""},
        }
        front.secure = strong
        with Daemon(folder / "server", settings, port=port) as daemon:
            yield Server(daemon, papers, front)


def test_a_healthy_server_gives_no_warning(server: Server) -> None:
    findings = server.doctor()
    # The tests' daemon is no service: that alone is said, and rightly.
    assert set(names(findings)) <= {"no-sandbox"}
    looked = {each["about"] for each in findings}
    assert {"name", "certificate", "TLS", "headers", "configuration", "files", "registration",
            "people", "tokens", "sandbox", "backup"} <= looked  # fmt: skip


def test_old_protocols_and_weak_ciphers_are_named(server: Server) -> None:
    def weaken(context: ssl.SSLContext) -> None:
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        context.set_ciphers("ALL:@SECLEVEL=0")

    server.front.secure = weaken
    old = one(security_outside.protocols(server.target, server.look))
    assert old.name == "old-tls" and "TLS 1.0 and TLS 1.1" in old.what
    assert "ssl_protocols TLSv1.2 TLSv1.3" in old.do
    weak = one(security_outside.ciphers(server.target, server.look))
    assert weak.name == "weak-cipher" and "ssl_ciphers" in weak.do
    server.front.secure = lambda context: setattr(
        context, "maximum_version", ssl.TLSVersion.TLSv1_2
    )
    late = one(security_outside.protocols(server.target, server.look))
    assert (late.name, late.grade) == ("no-tls-1.3", "warning")
    server.front.secure = strong
    assert wrong(security_outside.protocols(server.target, server.look)) == []
    assert wrong(security_outside.ciphers(server.target, server.look)) == []


@pytest.mark.parametrize(
    ("header", "value", "named"),
    [
        ("content-security-policy", "", "content-security-policy"),
        ("content-security-policy", "default-src *; script-src 'unsafe-inline'", "unsafe-inline"),
        ("x-content-type-options", "", "x-content-type-options"),
        ("strict-transport-security", "max-age=60", "strict-transport-security"),
        ("referrer-policy", "unsafe-url", "referrer-policy"),
    ],
)
def test_a_header_that_is_taken_away_is_named(
    server: Server, monkeypatch: pytest.MonkeyPatch, header: str, value: str, named: str
) -> None:
    from chatd.admin.doctor import reach

    assert wrong(security_outside.headers(server.target, server.look)) == []
    real = reach.get

    def changed(*about: Any) -> Answer:
        answer = real(*about)
        return replace(answer, headers={**answer.headers, header: value})

    monkeypatch.setattr(reach, "get", changed)
    found = one(security_outside.headers(server.target, server.look))
    assert found.name == "headers" and named in found.what


def test_a_short_key_of_a_certificate(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from chatd.admin.doctor import reach
    from tests.admin.doctor.front import weak_certificate

    assert wrong(security_outside.keys(server.target, server.look)) == []
    monkeypatch.setattr(reach, "presented", lambda target: [weak_certificate()])
    found = one(security_outside.keys(server.target, server.look))
    assert found.name == "weak-certificate" and "1024 bits" in found.what
