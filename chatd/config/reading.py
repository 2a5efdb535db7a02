"""Reading chatd.toml: typed, and every mistake reported with its file, line and fix."""

import difflib
import os
import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from chatd.config.settings import Settings, Tls
from chatd.config.settings_acme import Acme, served
from chatd.config.settings_providers import NAME, Provider

#: Begins the name of a file that systemd hands over: LoadCredential= in systemd.exec(5).
CREDENTIAL = "credential:"
#: How many characters of a wrong value are shown.
LONGEST_SHOWN = 200
#: Where they are while the service runs, for a `chatctl` not started by systemd.
CREDENTIALS = Path("/run/credentials/chatd.service")


def credentials() -> Path:
    """The folder of the files that systemd hands over."""
    return Path(os.environ.get("CREDENTIALS_DIRECTORY", CREDENTIALS))


class ConfigError(Exception):
    """Something in the configuration is wrong; the text says where, what, and what is right."""


def load(path: Path) -> Settings:
    """The settings in ``path``, with paths in them resolved against its folder.

    Raises `ConfigError` with all mistakes, one per line: where, what is wrong, what is right.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: there is no such file. Name another with --config, begin with a copy of"
            " conf/chatd.toml, or have `chatctl quickstart FOLDER` make one for this machine alone."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}.") from None
    return parse(text, path)


def parse(text: str, path: Path, *, files: bool = True) -> Settings:
    """As `load`, from the file's ``text``; without ``files`` the files it names are not checked."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(error))
        line = found[1] if found else str(len(text.splitlines()) or 1)
        what = str(error).split(" (at ")[0]
        raise ConfigError(f"{path}:{line}: this is not TOML: {what}.") from None
    except ValueError:
        # From `int`: nothing else raises it here.
        line = _line_of(r"[\d_]{4301}", text)
        raise ConfigError(f"{path}:{line}: this number has too many digits.") from None
    except RecursionError:
        line = _line_of(r"(?:[\[{]\s*){3}", text)
        raise ConfigError(f"{path}:{line}: this nests lists or tables too deeply.") from None
    lines = _Lines(text, path)
    wrong: list[str] = []
    sections: dict[str, Any] = {}
    known = {section.name: section for section in fields(Settings)}
    for name, content in tree.items():
        if name not in known or not isinstance(content, dict):
            wrong.append(lines.say(name, None, f"unknown section [{name}]{_near(name, known)}"))
            continue
        kind: Any = known[name].default_factory
        if "each" in known[name].metadata:
            sections[name] = _providers(content, lines, wrong)
        else:
            sections[name] = _section(kind, name, content, lines, wrong)
    if wrong:
        raise ConfigError("\n".join(wrong))
    settings = _resolved(Settings(**sections), path.parent)
    if files and (wrong := _files(settings, lines)):
        raise ConfigError("\n".join(wrong))
    return settings


def _line_of(pattern: str, text: str) -> int:
    """The line of the first match of ``pattern``, 1 if there is none."""
    found = re.search(pattern, text)
    return text.count("\n", 0, found.start() if found else 0) + 1


def _files(settings: Settings, lines: "_Lines") -> list[str]:
    """What is wrong with the files that settings name."""
    found = []
    for section, values in settings.sections():
        for item in fields(values):
            check, path = item.metadata.get("file"), getattr(values, item.name)
            if check is not None and path and (problem := check(Path(path))) is not None:
                what = f"`{item.name}`: {path} {problem}"
                found.append(lines.say(section, item.name, what))
    return found


def _providers(content: dict[str, Any], lines: "_Lines", wrong: list[str]) -> dict[str, Provider]:
    """The sections [provider.NAME]; checks what each must have, beyond what `_section` finds."""
    found: dict[str, Provider] = {}
    for name, values in content.items():
        section = f"provider.{name}"
        if not isinstance(values, dict):
            what = "providers stand in sections of their own, such as [provider.keycloak]"
            wrong.append(lines.say("provider", name, what))
            continue
        if NAME.match(name) is None:
            what = f"[{section}]: a provider's name has a-z, 0-9 and -, at most 32 of them"
            wrong.append(lines.say(section, None, what))
            continue
        provider = _section(Provider, section, values, lines, wrong)
        for key in ("issuer", "client_id"):
            if not getattr(provider, key) and key not in values:
                what = f"`{key}` is missing in [{section}]: {_MISSING[key]}"
                wrong.append(lines.say(section, None, what))
        if bool(provider.only_claim) != bool(provider.only_values):
            key = "only_claim" if provider.only_claim else "only_values"
            what = "`only_claim` and `only_values` belong together: set both, or neither"
            wrong.append(lines.say(section, key, what))
        if provider.group_rooms and not provider.groups_claim:
            what = '`group_rooms` needs `groups_claim`: name the claim, such as "groups"'
            wrong.append(lines.say(section, "group_rooms", what))
        before = [one for one, other in found.items() if other.issuer == provider.issuer]
        if provider.issuer and before:
            what = (
                f"`issuer` is that of [provider.{before[0]}], too: a person there is one person"
                " here. Remove one of the two"
            )
            wrong.append(lines.say(section, "issuer", what))
        found[name] = provider
    return found


_MISSING = {
    "issuer": 'write what the provider calls itself, such as "https://id.example.org/realms/main"',
    "client_id": "write what the provider calls this server",
}


def _section(
    kind: Any, name: str, content: dict[str, Any], lines: "_Lines", wrong: list[str]
) -> Any:
    declared = {item.name: item for item in fields(kind)}
    values = {}
    for key, value in content.items():
        if key not in declared:
            wrong.append(
                lines.say(name, key, f"unknown setting `{key}` in [{name}]{_near(key, declared)}")
            )
            continue
        item = declared[key]
        problem, value = _typed(item.type, value)
        if problem is None and item.type not in (bool, int, float) and _has_null(value):
            problem = "without the character \\u0000"
        if problem is None and item.metadata["check"] is not None:
            problem = item.metadata["check"](value)
        if problem is not None:
            shown = _shown(content[key])
            wrong.append(lines.say(name, key, f"`{key}` is {shown}; right would be {problem}"))
            continue
        values[key] = value
    return kind(**values)


def _typed(kind: Any, value: Any) -> tuple[str | None, Any]:
    """What would be right, or None; and the converted value."""
    if kind is bool:
        return (None if isinstance(value, bool) else "true or false"), value
    if kind is int:
        right = _is_number(value) and isinstance(value, int)
        return (None if right else "a whole number"), value
    if kind is float:
        return (None, float(value)) if _is_number(value) else ("a number", value)
    if kind is str:
        return (None if isinstance(value, str) else "a text in quotes"), value
    if kind == dict[str, str]:
        right = isinstance(value, dict) and all(isinstance(item, str) for item in value.values())
        return (None if right else "a table of texts in quotes"), value
    right = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return (None if right else 'a list of texts, such as ["a", "b"]'), value


def _is_number(value: Any) -> bool:
    """A number that TOML has: of 64 bits, if it is whole."""
    if isinstance(value, bool):
        return False
    return isinstance(value, float) or (isinstance(value, int) and -(2**63) <= value < 2**63)


def _has_null(value: Any) -> bool:
    """For a text, or several; no file name and no address can have one."""
    texts = value.values() if isinstance(value, dict) else value
    return "\0" in texts if isinstance(texts, str) else any("\0" in text for text in texts)


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # thousands of digits
        return "too large a number"
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def _near(word: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"; did you mean `{close[0]}`?" if close else "; known are " + ", ".join(known) + "."


class _Lines:
    """Finds the line of a setting, which the TOML parser does not tell."""

    def __init__(self, text: str, path: Path) -> None:
        self._path = path
        self._at: dict[tuple[str, str | None], int] = {}
        section = ""
        for number, line in enumerate(text.splitlines(), 1):
            if found := re.match(r"\s*\[+\s*\"?([\w.-]+)\"?\s*\]", line):
                section = found[1]
                self._at.setdefault((section, None), number)
            elif found := re.match(r"\s*\"?([\w.-]+)\"?\s*=", line):
                key = found[1]
                if not section:
                    head, _, rest = key.partition(".")
                    self._at.setdefault((head, rest or None), number)
                self._at.setdefault((section, key), number)

    def say(self, section: str, key: str | None, what: str) -> str:
        at = self._at
        line = at.get((section, key)) or at.get((f"{section}.{key}", None))
        line = line or at.get((section, None)) or 1
        return f"{self._path}:{line}: {what}" + ("" if what.endswith((".", "?")) else ".")


def _resolved(settings: Settings, folder: Path) -> Settings:
    def path(text: str, base: Path = folder) -> str:
        if text.startswith(CREDENTIAL):
            return str(credentials() / text.removeprefix(CREDENTIAL))
        return str((base / text).resolve()) if text else ""

    store = replace(settings.store, path=path(settings.store.path))
    return replace(
        settings,
        store=store,
        server=replace(settings.server, control=path(settings.server.control, Path(store.path))),
        tls=_certificate(
            replace(
                settings.tls, certificate=path(settings.tls.certificate), key=path(settings.tls.key)
            ),
            settings.acme,
            store.path,
        ),
        acme=replace(settings.acme, ca_file=path(settings.acme.ca_file)),
        accounts=replace(
            settings.accounts,
            secret_file=path(settings.accounts.secret_file),
            old_secret_file=path(settings.accounts.old_secret_file),
        ),
        mail=replace(
            settings.mail,
            password_file=path(settings.mail.password_file),
            ca_file=path(settings.mail.ca_file),
        ),
        webhook=replace(
            settings.webhook,
            secret_file=path(settings.webhook.secret_file),
            old_secret_file=path(settings.webhook.old_secret_file),
            ca_file=path(settings.webhook.ca_file),
        ),
        push=replace(
            settings.push,
            key_file=path(settings.push.key_file),
            ca_file=path(settings.push.ca_file),
        ),
        site=replace(
            settings.site,
            key_file=path(settings.site.key_file),
            keys=path(settings.site.keys),
            jwks_ca_file=path(settings.site.jwks_ca_file),
        ),
        traces=replace(
            settings.traces,
            header_file=path(settings.traces.header_file),
            ca_file=path(settings.traces.ca_file),
        ),
        page=replace(settings.page, logo=path(settings.page.logo)),
        provider={
            name: replace(
                provider,
                client_secret_file=path(provider.client_secret_file),
                ca_file=path(provider.ca_file),
            )
            for name, provider in settings.provider.items()
        },
    )


def _certificate(tls: Tls, acme: Acme, store: str) -> Tls:
    """With [acme], certificate and key are one file that chatd keeps itself."""
    if not acme.domains or tls.certificate or tls.key:
        return tls
    own = str(served(store))
    return replace(tls, certificate=own, key=own)
