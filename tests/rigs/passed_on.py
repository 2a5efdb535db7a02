"""What of this machine's network set-up a bare Debian tree needs before pip works in it.

Name servers, certificates, pip's settings and the local folders they point to: whatever this
machine uses is used inside as well, and nothing is written down here.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

VARIABLES = re.compile(r"PIP_\w+|SSL_CERT_\w+|\w+_CA_BUNDLE|(https?|no|all)_proxy", re.IGNORECASE)
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
LOCAL = re.compile(r"(?:^|\s|file://)(/[^\s,]+)")


def environment() -> dict[str, str]:
    """The variables that steer pip, TLS and proxies."""
    return {name: value for name, value in os.environ.items() if VARIABLES.fullmatch(name)}


def pip_settings() -> configparser.RawConfigParser:
    """pip's own files in the order in which pip reads them, later ones winning."""
    settings = configparser.RawConfigParser()
    home = Path.home()
    folders = os.environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")
    settings.read(
        [
            *(f"{folder}/pip/pip.conf" for folder in folders),
            "/etc/pip.conf",
            home / ".pip/pip.conf",
            Path(os.environ.get("XDG_CONFIG_HOME", home / ".config")) / "pip/pip.conf",
            os.environ.get("PIP_CONFIG_FILE", os.devnull),
        ]
    )
    return settings


def local_paths(
    settings: configparser.RawConfigParser, variables: dict[str, str]
) -> Iterator[Path]:
    """Existing files and folders that settings and variables name.

    A folder `simple` (PEP 503) points to files beside itself: its parent is needed.
    """
    values = [value for name in settings.sections() for _, value in settings.items(name)]
    seen = set()
    for value in [*values, *variables.values()]:
        for found in LOCAL.findall(value):
            path = Path(found)
            path = path.parent if path.name == "simple" else path
            if path.exists() and path not in seen:
                seen.add(path)
                yield path


def pass_on(root: Path, hostname: str) -> None:
    """Put it all into the tree at `root`. Folders are mounted read-only, files copied."""
    settings, variables = pip_settings(), environment()
    with (root / "etc/pip.conf").open("w", encoding="utf-8") as to:
        settings.write(to)
    for path in [Path(BUNDLE), *local_paths(settings, variables)]:
        inside = root / path.relative_to("/")
        if path.is_file():
            inside.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, inside)
        elif path.is_dir() and not inside.exists():
            inside.mkdir(parents=True)
            subprocess.run(["mount", "--rbind", "-o", "ro", path, inside], check=True)
    shutil.copy("/etc/resolv.conf", root / "etc/resolv.conf")
    hosts = Path("/etc/hosts").read_text(encoding="utf-8")
    (root / "etc/hosts").write_text(f"{hosts}\n127.0.1.1 {hostname}\n", encoding="utf-8")
    (root / "etc/hostname").write_text(f"{hostname}\n", encoding="utf-8")
