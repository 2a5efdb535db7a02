"""What a reload changes at once, and what waits for the next start."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from chatd.auth import site_keys
from chatd.config.settings import LimitSettings, Settings
from chatd.config.settings_providers import Provider
from chatd.wire.frames import Limits

#: Limits that can change between two frames of a connection. Autobahn keeps its own copy of the
#: largest frame from the start.
LIVE = tuple(name for name in Limits.__struct_fields__ if name not in ("frame_bytes", "files"))

#: Sections that hold at once, whatever changes in them.
AT_ONCE = ("page", "log", "health", "traces", "provider", "files")

#: Files that a reload reads again: a secret is changed while the daemon runs.
READ_AGAIN = (
    "webhook.secret_file",
    "webhook.old_secret_file",
    "site.key_file",
    "site.keys",
)

#: Files whose content a reload takes over if their names have not changed.
CONTENTS = ("tls.certificate", "tls.key", "page.logo", "traces.header_file", *READ_AGAIN)


class NotReloaded(Exception):
    """A file is wrong, and nothing was changed. ``wrong``: a sentence each."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__(" ".join(wrong))
        self.wrong = wrong


@dataclass(frozen=True, slots=True)
class Changed:
    """``limits``: names applied at once; ``later``: "section.name" of what waits for the next
    start; ``applied``: the limits that hold from now on."""

    limits: tuple[str, ...]
    later: tuple[str, ...]
    applied: LimitSettings


@dataclass(frozen=True, slots=True)
class Difference:
    """``before`` and ``after`` are None for what is not shown, such as the content of a file; the
    issuer, for a provider that comes or goes. ``reload``: whether that is enough."""

    setting: str
    before: Any
    after: Any
    reload: bool


def at_once(section: str, name: str) -> bool:
    """Whether a reload takes this setting over."""
    return (
        section.partition(".")[0] in AT_ONCE
        or (section == "limits" and name in LIVE)
        or f"{section}.{name}" in READ_AGAIN
    )


def _takes(old: Settings, section: str, name: str) -> bool:
    """The same for a daemon started with ``old``: what was not there at the start waits for the
    next one."""
    if section == "site" and not (old.site.key_file or old.site.keys or old.site.jwks_url):
        return False
    if section == "webhook" and not old.webhook.url:
        return False
    return at_once(section, name)


def in_force(old: Settings, new: Settings) -> Settings:
    """The settings after a reload of ``new``."""
    found = {}
    for one in fields(Settings):
        was, will = getattr(old, one.name), getattr(new, one.name)
        if one.name in AT_ONCE:
            found[one.name] = will
        else:
            names = [item.name for item in fields(was) if _takes(old, one.name, item.name)]
            found[one.name] = replace(was, **{name: getattr(will, name) for name in names})
    return Settings(**found)


def changed(old: Settings, new: Settings) -> Changed:
    """What differs between the settings in force and those just read."""
    live = tuple(name for name in LIVE if getattr(old.limits, name) != getattr(new.limits, name))
    later = tuple(each.setting for each in differences(old, new) if not each.reload)
    return Changed(live, later, in_force(old, new).limits)


def differences(old: Settings, new: Settings) -> list[Difference]:
    """Setting by setting, in the order of `chatctl settings`."""
    had, has = dict(old.sections()), dict(new.sections())
    found: list[Difference] = []
    for section in [*had, *(name for name in has if name not in had)]:
        was, will = had.get(section), has.get(section)
        if was is None or will is None:
            found.append(Difference(section, _issuer(was), _issuer(will), True))
            continue
        for item in fields(was):
            pair = getattr(was, item.name), getattr(will, item.name)
            if pair[0] != pair[1]:
                before, after = (None, None) if item.metadata["private"] else pair
                name = f"{section}.{item.name}"
                found.append(Difference(name, before, after, _takes(old, section, item.name)))
    return found


def _issuer(provider: Provider | None) -> str | None:
    return None if provider is None else provider.issuer


Digests = Mapping[str, bytes]


def contents(settings: Settings) -> Digests:
    """A digest of each file that a reload reads again. OSError."""
    return dict(_contents(settings))


def _contents(settings: Settings) -> Iterator[tuple[str, bytes]]:
    for section, values in settings.sections():
        for item in fields(values):
            name, path = f"{section}.{item.name}", getattr(values, item.name)
            wanted = name in CONTENTS or item.name == "client_secret_file"
            if wanted and path and not (settings.tls.terminated and section == "tls"):
                yield name, _digest(path)


def _digest(path: str) -> bytes:
    found = hashlib.sha256()
    paths = site_keys.files(path) if Path(path).is_dir() else [Path(path)]
    for each in paths:
        found.update(each.name.encode() + b"\0" + hashlib.sha256(each.read_bytes()).digest())
    return found.digest()


def other_contents(old: Digests, new: Digests) -> list[Difference]:
    """Files with the same names and other contents."""
    return [
        Difference(name, None, None, True)
        for name, digest in new.items()
        if name in old and old[name] != digest
    ]
