"""The units of several instances are those of one, but for the names."""

from pathlib import Path

import pytest

UNITS = Path(__file__).parents[2] / "systemd"
#: Of one server, and of instance %i.
NAMES = (
    ("/etc/chatd/", "/etc/chatd/%i/"),
    ("/var/lib/chatd", "/var/lib/chatd-%i"),
    ("/var/backups/chatd", "/var/backups/chatd-%i"),
    ("StateDirectory=chatd", "StateDirectory=chatd-%i"),
    ("ConfigurationDirectory=chatd", "ConfigurationDirectory=chatd/%i"),
    ("After=chatd.service", "After=chatd@%i.service"),
)


def settings(name: str) -> list[str]:
    lines = (UNITS / name).read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith(("#", "Description="))]


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("chatd.service", "chatd@.service"),
        ("chatd-backup.service", "chatd-backup@.service"),
        ("chatd-backup.timer", "chatd-backup@.timer"),
    ],
)
def test_an_instance_is_run_as_the_one_is(one: str, several: str) -> None:
    expected = "\n".join(settings(one))
    for name, of_instance in NAMES:
        expected = expected.replace(name, of_instance)
    assert "\n".join(settings(several)) == expected
