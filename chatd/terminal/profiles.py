"""Which server, and who one is there: profiles in a file, each token in a file of its own.

`$XDG_CONFIG_HOME/chatd/chat.toml` names the servers; `tokens/NAME` beside it holds the secret. Both
are for their owner's eyes only (0600). `CHATD_URL` with `CHATD_TOKEN_FILE` replaces both.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@:\[\]-]{0,79}")
#: The path of a server that shares its host, as its operator may set it.
_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*")
#: More than this is no token and no settings file.
MOST_BYTES = 65_536


class ProfileError(Exception):
    """Something is wrong with the files; the message says what and where."""


class NoProfile(Exception):
    """Nobody has signed in yet, or not under this name."""


@dataclass(frozen=True, slots=True)
class Profile:
    """``url`` is the server's, https://host or https://host/path; ``ca`` the only PEM file to
    trust."""

    name: str
    url: str
    user: str = ""
    ca: str | None = None
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Screen:
    """Settings of the full screen: `[screen]` in the file."""

    bell: bool = True
    mouse: bool = True
    #: None: as the locale says
    ascii: bool | None = None


class Profiles:
    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        home = Path(environment.get("HOME") or "~").expanduser()
        base = Path(environment.get("XDG_CONFIG_HOME") or home / ".config")
        self.folder = base / "chatd"
        self.file = self.folder / "chat.toml"

    def chosen(self, name: str | None) -> Profile:
        """The profile of this name, otherwise CHATD_PROFILE's, otherwise one for the environment's
        URL, otherwise the one that signed in last. `NoProfile` if there is none."""
        name = name or self._environment.get("CHATD_PROFILE") or None
        if name is None and (url := self._environment.get("CHATD_URL")):
            return self._given(url)
        known = self._read()
        name = name or known.get("default")
        entry = known.get("profile", {}).get(name) if isinstance(name, str) else None
        if not isinstance(name, str) or entry is None:
            raise NoProfile(name or "")
        return replace(_profile(name, entry), token=self._token(name))

    def all(self) -> tuple[list[Profile], str | None]:
        """Every profile, without tokens, and the name of the one that is used by default."""
        known = self._read()
        entries = known.get("profile", {})
        return [_profile(name, entry) for name, entry in entries.items()], known.get("default")

    def screen(self) -> Screen:
        known = self._read().get("screen", {})
        fields = {name: known[name] for name in Screen.__slots__ if name in known}
        for name, value in fields.items():
            if not isinstance(value, bool):
                raise ProfileError(f"{self.file}: {name} in [screen] is true or false.")
        return Screen(**fields)

    def keep(self, profile: Profile) -> None:
        """Writes it down; it is the default from now on."""
        known = self._read()
        known.setdefault("profile", {})[profile.name] = _entry(profile)
        known["default"] = profile.name
        _private_folder(self.folder)
        _private_folder(self.folder / "tokens")
        _write(self._token_file(profile.name), profile.token + "\n")
        _write(self.file, _toml(known))

    def use(self, name: str) -> None:
        known = self._read()
        if name not in known.get("profile", {}):
            raise NoProfile(name)
        known["default"] = name
        _write(self.file, _toml(known))

    def forget(self, name: str) -> None:
        known = self._read()
        entries = known.get("profile", {})
        entries.pop(name, None)
        if known.get("default") == name:
            known.pop("default")
            if entries:
                known["default"] = next(iter(entries))
        self._token_file(name).unlink(missing_ok=True)
        if self.file.exists():
            _write(self.file, _toml(known))

    def _given(self, url: str) -> Profile:
        token_file = self._environment.get("CHATD_TOKEN_FILE")
        if not token_file:
            raise ProfileError("CHATD_URL is set: name the token's file in CHATD_TOKEN_FILE.")
        return Profile(
            name="",
            url=site(url),
            ca=self._environment.get("CHATD_CA_FILE") or None,
            token=read_token(Path(token_file)),
        )

    def _token(self, name: str) -> str:
        named = self._environment.get("CHATD_TOKEN_FILE")
        try:
            return read_token(Path(named) if named else self._token_file(name))
        except ProfileError:
            if named:
                raise
            raise NoProfile(name) from None

    def _token_file(self, name: str) -> Path:
        return self.folder / "tokens" / name

    def _read(self) -> dict[str, Any]:
        try:
            text = self.file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise ProfileError(f"{self.file} cannot be read: {error}.") from None
        try:
            return tomllib.loads(text)
        except (ValueError, RecursionError) as error:
            raise ProfileError(f"{self.file}: {error}.") from None


def read_token(path: Path) -> str:
    try:
        with path.open(encoding="ascii") as file:
            text = file.read(MOST_BYTES)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "it holds no token"
        raise ProfileError(f"The token in {path} cannot be read: {why}.") from None
    return one_token(text, str(path))


def one_token(text: str, where: str) -> str:
    token = text.strip()
    if not re.fullmatch(r"[!-~]{8,4096}", token):
        raise ProfileError(f"{where} holds no token: one line, such as chatd_t_… .")
    return token


def site(url: str) -> str:
    """`https://host[:port][/path]` from what people type, without a slash at its end; ProfileError
    with a sentence if it is not one."""
    text = url.strip()
    if "://" not in text:
        text = "https://" + text
    scheme, _, rest = text.partition("://")
    host, slash, path = re.split("[?#]", rest)[0].partition("/")
    host, path = host.lower(), f"{slash}{path}".rstrip("/")
    if scheme.lower() == "http":
        raise ProfileError(f"chatd speaks https only: try https://{host}{path}.")
    if scheme.lower() != "https":
        raise ProfileError(f"This is not the address of a server: {url}. Try https://HOST.")
    if not re.fullmatch(r"([a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(:[0-9]{1,5})?", host):
        raise ProfileError(f"This is not the address of a server: {url}. Try https://HOST.")
    if not _PATH.fullmatch(path):
        raise ProfileError(f"This is not the address of a server: {url}. Try https://{host}.")
    return f"https://{host}{path}"


def profile_name(user: str, url: str) -> str:
    # It is also a file's name.
    return f"{user}@{url.removeprefix('https://').replace('/', ':')}"


def _profile(name: str, entry: Any) -> Profile:
    if not (NAME.fullmatch(name) and isinstance(entry, dict) and isinstance(entry.get("url"), str)):
        raise ProfileError(f'The profile {name!r} in chat.toml has no url = "https://…".')
    ca = entry.get("ca")
    return Profile(name, site(entry["url"]), str(entry.get("user", "")), str(ca) if ca else None)


def _entry(profile: Profile) -> dict[str, str]:
    fields = {"url": profile.url, "user": profile.user, "ca": profile.ca}
    return {name: value for name, value in fields.items() if value}


def _private_folder(path: Path) -> None:
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def _write(path: Path, text: str) -> None:
    """Replaces what is there, all or nothing, for the owner alone."""
    beside = path.with_name(path.name + ".new")
    beside.unlink(missing_ok=True)
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def _toml(known: Mapping[str, Any]) -> str:
    """What `tomllib` read, written again: values, tables, tables of tables."""
    lines = [f"{key} = {_value(value)}" for key, value in known.items() if not _is_table(value)]
    for key, table in known.items():
        if _is_table(table) and any(map(_is_table, table.values())):
            for name, inner in table.items():
                lines += ["", f"[{key}.{_value(name)}]"]
                lines += [f"{field} = {_value(value)}" for field, value in inner.items()]
        elif _is_table(table):
            lines += ["", f"[{key}]"]
            lines += [f"{field} = {_value(value)}" for field, value in table.items()]
    return "\n".join(lines) + "\n"


def _is_table(value: object) -> bool:
    return isinstance(value, dict)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return '"' + re.sub("[\x00-\x1f\x7f]", lambda found: f"\\u{ord(found[0]):04x}", text) + '"'
