"""The files that belong to a configuration: the file itself, and each that a setting names."""

import grp
import os
import pwd
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from chatd.admin.backup.archive import CONFIGURATION, LARGEST, PUSH_KEY, BackupError, Item
from chatd.config.reading import credentials
from chatd.config.settings import Settings

#: Settings that name a file and do not end in _file.
NAMES = ("certificate", "key", "logo")
#: Settings that name a folder of such files.
FOLDERS = ("keys",)
#: Made by the daemon in the store's folder if the setting names no other.
OWN_PUSH_KEY = "push.key"


@dataclass(frozen=True, slots=True)
class Belonging:
    """``setting`` is "" for a file that no setting names."""

    member: str
    setting: str
    path: Path


def belongings(config: Path, settings: Settings) -> list[Belonging]:
    """The configuration first. Whether the files exist is not checked."""
    found = [Belonging(CONFIGURATION, "", config)]
    for setting, path in named_files(settings):
        found.append(Belonging(f"configuration/{setting}", setting, path))
    for setting, folder in named_folders(settings):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.is_file():
                found.append(Belonging(f"configuration/{setting}/{path.name}", setting, path))
    own = Path(settings.store.path) / OWN_PUSH_KEY
    if not settings.push.key_file and own.exists():
        found.append(Belonging(PUSH_KEY, "", own))
    return found


def named_files(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Each setting that names a file, as "tls.key", and the file."""
    for section, name, value in _values(settings):
        if name in NAMES or name.endswith("_file"):
            yield f"{section}.{name}", Path(value)


def named_folders(settings: Settings) -> Iterator[tuple[str, Path]]:
    """The same for folders."""
    for section, name, value in _values(settings):
        if name in FOLDERS:
            yield f"{section}.{name}", Path(value)


def _values(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Section, name and value of every setting that is a text and not empty."""
    for section, values in settings.sections():
        for item in fields(values):
            value = getattr(values, item.name)
            if value and isinstance(value, str):
                yield section, item.name, value


def handed_over(path: Path) -> bool:
    """Whether systemd hands the file over (LoadCredential=): nobody else puts one there."""
    return path.parent == credentials()


def read(belonging: Belonging) -> tuple[bytes, Item]:
    """Its content, and what is to be remembered of it. BackupError."""
    path = belonging.path
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise BackupError(
            f"{path} ({belonging.setting or 'the configuration'}) cannot be read:"
            f" {error.strerror}. Run this as the user that may, or with --store-only."
        ) from None
    if len(content) > LARGEST:
        raise BackupError(f"{path} is larger than {LARGEST} bytes: it is no file of chatd's.")
    item = Item(
        belonging.member,
        0,
        "",
        setting=belonging.setting,
        name=path.name,
        mode=status.st_mode & 0o777,
        owner=_name(status.st_uid),
        group=_group(status.st_gid),
    )
    return content, item


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return ""


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return ""
