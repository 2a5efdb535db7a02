"""`chatctl setup`: the first configuration of a server, and the way from this machine to others."""

import grp
import importlib.util
import os
import re
import secrets
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from chatd.admin import local_ca
from chatd.admin.files import write_private
from chatd.admin.quickstart import DEFAULT_PORT, render
from chatd.admin.toml_lines import CannotChange, put
from chatd.config.reading import ConfigError, parse
from chatd.config.safety import unsafe
from chatd.edge import tls_files

FOLDER = Path("/etc/chatd")
STATE = Path("/var/lib/chatd")
GROUP = "chatd"
#: Names for chatd@.service: folders are called after them.
INSTANCE = re.compile(r"[a-z][a-z0-9-]{0,30}")
#: Where certbot keeps what it fetched.
CERTBOT = Path("/etc/letsencrypt/live")

Ask = Callable[[str], str]
"""Puts a question to somebody at a terminal; their answer."""


#: For everybody.
EVERYWHERE = ["0.0.0.0:443", "[::]:443"]
#: Let's Encrypt's, for anyone who is asked whether they agree.
TERMS = "https://letsencrypt.org/repository/"


@dataclass(frozen=True)
class Means:
    """How the server comes by its certificate: files, a proxy that has it, or ``acme``, by itself;
    then ``agreed`` says that the terms were, and ``contact`` may be a mail address."""

    certificate: str = ""
    key: str = ""
    behind_proxy: bool = False
    acme: bool = False
    agreed: bool = False
    contact: str = ""


class SetupError(Exception):
    """One sentence for people: what is in the way and what to do."""


@dataclass(frozen=True)
class Place:
    """Where a server's files are, the group that may read them by name or number (None: nobody
    else), the port on localhost, and the unit that runs it."""

    folder: Path = FOLDER
    state: Path = STATE
    group: str | int | None = GROUP
    port: int = DEFAULT_PORT
    unit: str = "chatd"

    @classmethod
    def instance(cls, name: str, port: int) -> "Place":
        """One of several on this machine, as in systemd/chatd@.service."""
        if not INSTANCE.fullmatch(name) or name in ("tls", "secrets"):
            raise SetupError(
                f"{name!r} names no instance: small letters, digits and -, beginning with a"
                " letter, and neither tls nor secrets."
            )
        return cls(FOLDER / name, Path(f"{STATE}-{name}"), GROUP, port, f"chatd@{name}")

    @property
    def config(self) -> Path:
        return self.folder / "chatd.toml"


def here(place: Place) -> list[str]:
    """The first configuration: for this machine alone, with an authority of its own. What is there
    is kept. Returns what was done, in sentences."""
    if place.config.exists():
        return [f"{place.config} is there and was left as it is."]
    for folder in (place.folder, place.folder / "secrets", place.folder / "tls"):
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    secret = place.folder / "secrets" / "server.key"
    if not secret.exists():
        write_private(secret, secrets.token_urlsafe(48).encode() + b"\n")
    local_ca.ensure(place.folder / "tls", local_ca.host_names(), datetime.now(UTC))
    text = put(render(place.port), "store", "path", str(place.state))
    text = text.replace("# Written by `chatctl quickstart`", "# Written by `chatctl setup`")
    write_private(place.config, text.encode())
    _share(place)
    return [f"Wrote {place.config}: chatd serves https://localhost:{place.port} alone."]


def opened(place: Place, host: str, ask: Ask | None, means: Means) -> list[str]:
    """chatd under a name of its own, for everybody; or below a path under another's, with slashes
    around it after the name. ``ask``: None if nobody can be asked; then ``means`` must say
    everything. Returns what was done, and what is left to do, in sentences."""
    host, slash, path = host.partition("/")
    if not re.fullmatch(local_ca.HOST_NAME.pattern, host) or "." not in host:
        raise SetupError(f"{host!r} is no name that a browser could look up: chat.example.org.")
    if slash and not means.behind_proxy:
        raise SetupError(
            f"below a path, /{path}, a web server on this machine has to stand in front and take it"
            " away (--behind-proxy)."
        )
    url = f"https://{host}{slash}{path}"
    done = here(place) if not place.config.exists() else []
    text = place.config.read_text("utf-8")
    if not (means.behind_proxy or means.certificate or means.acme):
        means = _how(host, ask)
    if means.acme and not means.agreed:
        means = _agreed(means, ask)
    try:
        text = put(text, "server", "public_url", url)
        if means.acme:
            text = _by_itself(text, host, means)
        elif means.behind_proxy:
            text = _behind(text, place)
        else:
            text = _with_certificate(text, place, means.certificate, means.key)
    except CannotChange as error:
        raise SetupError(f"{place.config}: {error}") from None
    try:
        wrong = unsafe(parse(text, place.config))
    except ConfigError as error:
        wrong = str(error).splitlines()
    if wrong:
        raise SetupError("nothing was changed, since it would be wrong:\n" + "\n".join(wrong))
    write_private(place.config, text.encode())
    _share(place)
    return [*done, f"Wrote {place.config}: chatd will serve {url}."]


def _how(host: str, ask: Ask | None) -> Means:
    found = CERTBOT / host
    if (found / "fullchain.pem").exists():
        return Means(str(found / "fullchain.pem"), str(found / "privkey.pem"))
    if ask is None:
        raise SetupError(
            "say where the certificate is (--certificate FILE --key FILE), that chatd gets one by"
            " itself (--acme), or that a web server on this machine has it (--behind-proxy)."
        )
    by_itself = f", `acme` if chatd is to get one by itself from Let's Encrypt ({TERMS})"
    certificate = ask(
        f"The file with the certificate and its chain (PEM){by_itself if can_acme() else ''}; empty"
        " if a web server on this machine ends TLS: "
    ).strip()
    if not certificate:
        return Means(behind_proxy=True)
    if certificate == "acme" and can_acme():
        contact = ask("A mail address for Let's Encrypt to write to, or empty: ").strip()
        return Means(acme=True, contact=contact)
    return Means(certificate, ask("The file with its private key: ").strip())


def can_acme() -> bool:
    """Whether the library is there (the extra `acme`)."""
    return importlib.util.find_spec("acme") is not None


def _agreed(means: Means, ask: Ask | None) -> Means:
    if ask is None:
        raise SetupError(
            f"read the terms of service of the authority (Let's Encrypt's: {TERMS}), then say that"
            " you agree: --agree-to-terms."
        )
    if ask(f"Do you agree to its terms of service, {TERMS}? [y/N] ").strip().lower() != "y":
        raise SetupError("without that Let's Encrypt gives no certificate; nothing was changed.")
    return replace(means, agreed=True)


def _by_itself(text: str, host: str, means: Means) -> str:
    for setting in ("certificate", "key"):
        text = put(text, "tls", setting, "")
    if re.search(r"^\s*terminated\s*=", text, re.MULTILINE):
        text = put(text, "tls", "terminated", False)
    # Other names that somebody wrote stay.
    written = tomllib.loads(text).get("acme", {}).get("domains", [])
    text = put(text, "acme", "domains", written if host in written else [host])
    text = put(text, "acme", "agree_to_terms", True)
    if means.contact:
        text = put(text, "acme", "contact", means.contact)
    return put(text, "server", "listen", EVERYWHERE)


def _not_by_itself(text: str) -> str:
    """Takes back what `_by_itself` may have written."""
    if re.search(r"^\s*\[acme\]", text, re.MULTILINE):
        text = put(text, "acme", "domains", [])
    return text


def _with_certificate(text: str, place: Place, certificate: str, key: str) -> str:
    """Copies the two to where chatd may read them; whatever renews them has to copy them again
    (conf/certbot-deploy-hook does it for certbot)."""
    names = {"certificate": (certificate, "fullchain.pem"), "key": (key, "privkey.pem")}
    try:
        tls_files.load(Path(certificate), Path(key), datetime.now(UTC))
    except tls_files.TlsFilesError as error:
        raise SetupError(str(error)) from None
    for setting, (source, name) in names.items():
        path = Path(source)
        target = place.folder / "tls" / name
        if path.resolve() != target.resolve():
            write_private(target, path.read_bytes())
        text = put(text, "tls", setting, f"tls/{name}")
    if re.search(r"^\s*terminated\s*=", text, re.MULTILINE):
        text = put(text, "tls", "terminated", False)
    text = _not_by_itself(text)
    return put(text, "server", "listen", EVERYWHERE)


def _behind(text: str, place: Place) -> str:
    text = _not_by_itself(text)
    text = put(text, "server", "listen", [f"127.0.0.1:{place.port}"])
    text = put(text, "server", "proxies", ["127.0.0.1/32"])
    text = put(text, "server", "forwarded_by", "x-forwarded-for")
    return put(text, "tls", "terminated", True)


def _share(place: Place) -> None:
    """All of it belongs to root, and only the daemon may also read it."""
    if place.group is None or os.geteuid() != 0:
        return
    group = place.group if isinstance(place.group, int) else _number(place.group)
    for path in (place.folder, *place.folder.rglob("*")):
        os.chown(path, 0, group)
        path.chmod(0o750 if path.is_dir() else 0o640)
    # Of the authority, only the certificate is for the daemon's group; its key stays root's.
    authority = place.folder / "tls" / "ca.key"
    if authority.exists():
        authority.chmod(0o600)


def _number(group: str) -> int:
    try:
        return grp.getgrnam(group).gr_gid
    except KeyError:
        raise SetupError(
            f"there is no group {group}: `systemd-sysusers` or `useradd --system {group}` makes it."
        ) from None


def run(host: str | None, place: Place, means: Means, *, asks: bool) -> list[str]:
    """Returns what was done, in sentences. ``asks``: somebody who sits there may be asked.
    SetupError, OSError."""
    ask = input if asks and sys.stdin.isatty() else None
    if host is None:
        return here(place)
    return opened(place, host, ask, means)
