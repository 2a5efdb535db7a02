"""`chatctl install-service` makes below a root what the package makes, and takes it away again."""

import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from chatd.admin import install
from chatd.admin.answering import No
from chatd.admin.service_files import LOCAL, PACKAGE, SHIPPED, UNITS, texts
from chatd.config.reading import load
from tests.admin.commands import Said, chatctl, wherever_it_lies
from tests.daemon import REPOSITORY

pytestmark = [
    pytest.mark.units,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes users and gives files away"),
]
ENVIRONMENT = Path(sys.prefix)


def service(root: Path, *words: str) -> Said:
    with wherever_it_lies():
        return chatctl("install-service", "--root", root, *words)


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if not path.is_dir()}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("system")
    ended = service(root)
    assert (ended.code, ended.err) == (0, ""), ended
    return root


def test_a_dry_run_names_all_and_makes_nothing(tmp_path: Path) -> None:
    would = service(tmp_path, "--dry-run")
    assert would.code == 0 and would.out.endswith("Nothing was changed.\n")
    assert list(tmp_path.iterdir()) == []
    did = service(tmp_path)
    steps = [line.removeprefix("would ") for line in would.out.splitlines()[:-1]]
    assert did.out.splitlines()[: len(steps)] == steps


def test_the_units_run_this_environment_and_are_else_those_that_are_shipped(root: Path) -> None:
    for name in UNITS:
        text = (root / LOCAL.units / name).read_text()
        shipped = (REPOSITORY / "systemd" / name).read_text()
        assert text == shipped.replace(SHIPPED, f"{ENVIRONMENT}/")
        assert SHIPPED not in text
    assert f"ExecStart={ENVIRONMENT}/bin/twistd" in (root / LOCAL.units / UNITS[0]).read_text()


def test_it_is_what_the_package_makes() -> None:
    """The same files with the same content, in the places of each."""
    ours = dict(texts(REPOSITORY, LOCAL, "/x"))
    theirs = dict(texts(REPOSITORY, PACKAGE, "/x"))
    assert list(ours.values()) == list(theirs.values())
    assert [Path(name).name for name in ours] == [Path(name).name for name in theirs]


def test_user_folders_and_configuration_are_there_and_closed(root: Path) -> None:
    assert "chatd:" in (root / "etc/passwd").read_text()
    group = next(
        int(line.split(":")[2])
        for line in (root / "etc/group").read_text().splitlines()
        if line.startswith("chatd:")
    )
    config = root / "etc/chatd/chatd.toml"
    for path, mode in ((config.parent, 0o750), (config, 0o640)):
        status = path.stat()
        assert (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid) == (mode, 0, group)
    assert stat.S_IMODE((root / "var/backups/chatd").stat().st_mode) == 0o700
    assert load(config).store.path == "/var/lib/chatd"


def test_commands_manual_and_completion_are_in_their_folders(root: Path) -> None:
    made = files(root)
    for name in ("chatctl", "chat"):
        assert os.readlink(root / LOCAL.commands / name) == str(ENVIRONMENT / "bin" / name)
    for name in ("man1/chat.1", "man5/chatd.toml.5", "man8/chatctl.8", "man8/chatd.8"):
        assert f"{LOCAL.manual}/{name}.gz" in made
    assert set(LOCAL.completions.values()) <= made


def test_the_service_starts_with_that_system(root: Path) -> None:
    wanted = root / "etc/systemd/system/multi-user.target.wants"
    assert [path.name for path in wanted.iterdir()] == ["chatd.service"], "and nothing else does"


def test_once_more_keeps_the_configuration(root: Path) -> None:
    config = root / "etc/chatd/chatd.toml"
    config.write_text(config.read_text() + "\n[limits]\nrooms_open = 7\n")
    again = service(root)
    assert again.code == 0 and f"keep    {config}" in again.out
    assert load(config).limits.rooms_open == 7


def test_systemd_finds_nothing_wrong_with_the_units(root: Path) -> None:
    units = [root / LOCAL.units / name for name in UNITS]
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", *units],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_removal_takes_all_but_what_it_keeps(root: Path) -> None:
    """The last one: it changes the place."""
    before = files(root)
    assert service(root, "--remove", "--dry-run").code == 0
    assert files(root) == before
    ended = service(root, "--remove")
    assert ended.code == 0 and "/var/lib/chatd" in ended.out
    left = {name for name in files(root) if not name.startswith("etc/chatd/")}
    assert not [name for name in left if "chat" in Path(name).name]
    assert (root / "etc/chatd/secrets/server.key").exists()
    assert "Nothing of it is there." in service(root, "--remove").out


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("/home/ann/chatd", "its sandbox hides /home"),
        ("/tmp/chatd", "its sandbox hides /tmp"),
        ("/usr/lib/chatd", "the package has its service already"),
    ],
)
def test_an_environment_that_the_service_could_not_use(where: str, words: str) -> None:
    with pytest.raises(No, match=words):
        install._check(Path(where))


def test_an_environment_that_others_may_not_enter(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(install, "HIDDEN", ())
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(No, match="chmod o\\+x"):
        install._check(closed)
