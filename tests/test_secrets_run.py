"""One run of the daemon that uses every kind of secret there is: nothing it wrote has any of them.

What it keeps of them in the store: argon2id of passwords; SHA-256 of sessions, tokens, tickets,
codes and the secrets of links; seeds of one-time codes sealed with a key from
`accounts.secret_file`. A login at a provider that is under way lies sealed in the browser. The rest
is in the operator's files, which are not looked at here."""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import ssl
import subprocess
import sys
import time
from base64 import b32decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from chatd.admin.main import main
from tests.auth.keys import raw
from tests.daemon import GENEROUS, Daemon, Sections, free_port
from tests.elsewhere import Elsewhere
from tests.fakes.codes import code_of
from tests.hooks.push.browser import Subscribed
from tests.leaks import leaks
from tests.mail_server import PASSWORD as MAIL_PASSWORD
from tests.mail_server import MailServer
from tests.one_thread import OneThread
from tests.signed import Signed


@dataclass
class Used:
    """Secrets by what they are, and all that was written, by where."""

    daemon: Daemon
    secrets: dict[str, str | bytes] = field(default_factory=dict)
    written: dict[str, bytes] = field(default_factory=dict)
    people: dict[str, Signed] = field(default_factory=dict)

    def __call__(self, name: str, secret: str) -> str:
        """Notes a secret."""
        assert name not in self.secrets and secret, name
        self.secrets[name] = secret
        return secret

    def known(self, name: str) -> str:
        return str(self.secrets[name])

    def chatctl(self, *words: str) -> None:
        """Keeps what it prints."""
        said = StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            main(["--config", str(self.daemon.config), *words])
        assert said.getvalue(), words
        self.written[f"chatctl {' '.join(words[:2])}"] = said.getvalue().encode()

    def tap(self, name: str, while_: Callable[[], Any]) -> None:
        """The same of `chatctl tap`, while something is done."""
        program = [sys.executable, "-m", "chatd.admin.main", "--config", str(self.daemon.config)]
        with TemporaryFile() as out:
            running = subprocess.Popen(
                [*program, "tap", name, "--text"], stdout=out, stderr=subprocess.STDOUT
            )
            wait(lambda: (while_(), os.fstat(out.fileno()).st_size)[1] > 0)
            running.send_signal(signal.SIGINT)
            running.wait(30)
            out.seek(0)
            self.written["chatctl tap"] = out.read()


def secret_file(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


def sections(folder: Path, mail: MailServer, elsewhere: Elsewhere, used: Used) -> Sections:
    hook = used("webhook secret", "whsec_" + b64encode(secrets.token_bytes(32)).decode())
    key = used("site key", secrets.token_urlsafe(48))
    client = used("client secret", elsewhere.provider.provider.secret)
    used("mail password", MAIL_PASSWORD)
    ca = str(elsewhere.authority)
    return {
        "mail": mail.settings(),
        "webhook": {
            "url": f"{elsewhere.url}/hook",
            "secret_file": secret_file(folder, "hook.secret", hook),
            "ca_file": ca,
        },
        "push": {"networks": ["127.0.0.0/8", "::1/128"], "ca_file": ca, "grace_seconds": 0},
        "site": {
            "key_file": secret_file(folder, "site.key", key),
            "issuer": "https://shop.example",
        },
        "guests": {"allowed": True, "rooms": ["alices"]},
        "provider.home": {
            "issuer": elsewhere.url,
            "client_id": "chatd",
            "client_secret_file": secret_file(folder, "client.secret", client),
            "ca_file": ca,
        },
        "log": {"format": "json", "level": "debug"},
    }


# ---- using them ---------------------------------------------------------------------------------


def with_password(used: Used, mail: MailServer, name: str) -> Signed:
    """Somebody by an invitation, with an address, a new password, codes and links."""
    daemon = used.daemon
    person = Signed(daemon)
    invitation = used(f"{name}'s invitation", secret_of(daemon.ask("invitation_create")["link"]))
    old = used(f"{name}'s first password", secrets.token_urlsafe(16))
    person.post("/api/register", secret=invitation, name=name, password=old)
    person.post("/api/email", email=f"{name}@example.org", password=old)
    person.post("/api/email/confirm", secret=mailed(used, mail, name, "email"))
    new = used(f"{name}'s password", secrets.token_urlsafe(16))
    person.post("/api/password", old=old, new=new)
    person.post("/api/reset/ask", who=name)
    person.post("/api/reset/check", secret=mailed(used, mail, name, "reset"))
    used(f"{name}'s other reset link", secret_of(daemon.ask("user_reset", name=name)["link"]))
    seed = used(f"{name}'s seed", person.post("/api/totp", password=new)["secret"])
    used.secrets[f"{name}'s seed in bytes"] = b32decode(seed)
    code = used(f"{name}'s code", code_of(seed, int(time.time()) - 30))
    codes = person.post("/api/totp/confirm", code=code)["recovery_codes"]
    for number, recovery in enumerate(codes):
        used(f"{name}'s recovery code {number}", recovery)
    again = Signed(daemon)
    step = again.sign_in(name, new)["second"]["step"]
    used(f"{name}'s step", step)
    assert again.ask("POST", "/api/session/second", {"step": step, "code": "abc"})[0] == 401
    again.post("/api/session/second", step=step, recovery=codes[0])
    used(f"{name}'s session", again.cookies["__Host-chatd"])
    used(f"{name}'s first session", person.cookies["__Host-chatd"])
    used(f"{name}'s device", again.cookies["__Host-chatd-device"])
    used(f"{name}'s CSRF token", again.csrf)
    used.people[name] = again
    return again


def mailed(used: Used, mail: MailServer, name: str, kind: str) -> str:
    """The secret of the link of that kind."""
    link = re.compile(rf"#{kind}=(\S+)")

    def found() -> list[str]:
        taken = [one for one in mail.taken if one.to == f"{name}@example.org"]
        return link.findall("\n".join(one.message.get_content() for one in taken))

    mail.until(lambda: bool(found()))
    return used(f"{name}'s {kind} link", found()[0])


def secret_of(link: str) -> str:
    return link.rpartition("=")[2]


def by_provider(used: Used, elsewhere: Elsewhere, person: Signed, name: str) -> None:
    password = used.known(f"{name}'s password")
    about = {"purpose": "link", "password": password}
    location = person.post("/auth/oidc/home/start", **about)["location"]
    used(f"{name}'s attempt", person.cookies["__Host-chatd-attempt"])
    elsewhere.provider.person = {"sub": name}
    answer = elsewhere.provider.visit(location)
    used(f"{name}'s code of the provider", answer["code"])
    used(f"{name}'s state", answer["state"])
    used(f"{name}'s nonce", elsewhere.provider.said["nonce"])
    query = "&".join(f"{key}={value}" for key, value in answer.items())
    assert person.ask("GET", f"/auth/oidc/home/callback?{query}")[0] == 303
    used(f"{name}'s ID token", elsewhere.provider.made[-1])
    (identity,) = person.ask("GET", "/api/identities")[1]["identities"]
    assert identity["subject"] == name


def by_site(used: Used, name: str) -> None:
    now = int(time.time())
    claims = {"iss": "https://shop.example", "aud": used.daemon.url, "sub": name, "iat": now}
    body = json.dumps({**claims, "exp": now + 300, "name": f"{name}.shop"}).encode()
    key = used.known("site key").encode()
    token = used(f"{name}'s site token", raw("HS256", b'{"alg":"HS256","typ":"JWT"}', body, key))
    visitor = Signed(used.daemon, Authorization=f"Bearer {token}")
    used(f"{name}'s visit", visitor.post("/api/session/exchange")["token"])
    visitor.headers["Authorization"] += "x"
    assert visitor.ask("POST", "/api/session/exchange")[0] == 401


@contextmanager
def connected(used: Used, *protocols: str, **headers: str) -> Iterator[Callable[..., Any]]:
    """A connection, which is asked one thing after the other."""
    trust = ssl.create_default_context(cafile=str(used.daemon.ca))
    told = {"Origin": used.daemon.url, **headers}
    with OneThread(used.daemon.ws_url, trust, told, protocols) as connection:

        def command(**about: Any) -> Any:
            connection.send(json.dumps({"id": 1, **about}))
            while (told := json.loads(connection.recv(timeout=10))).get("id") != 1:
                pass
            assert told["type"] != "error", told
            return told

        yield command


def talk(used: Used, person: Signed, name: str) -> str:
    """By a ticket; gives a room of theirs, which a link leads into."""
    offered = person.post("/api/ticket")["protocols"]
    used(f"{name}'s ticket", offered[-1].rpartition(".")[2])
    with connected(used, *offered) as command:
        room = command(type="create_room", key=f"r-{name}", name=name, slug=f"{name}s")["room"]
        link = command(type="invite_link", key=f"l-{name}", room=room)
        used(f"{name}'s room link", link["secret"])
        command(type="peek_link", secret=link["secret"])
        command(type="send", key=f"s-{name}", room=room, text="hello")
    return str(room)


def by_program(used: Used, elsewhere: Elsewhere, name: str, room: str) -> None:
    """A token, and a browser that is pushed to."""
    token = used(f"{name}'s token", used.daemon.ask("token_create", name=name)["token"])
    program = Signed(used.daemon, Authorization=f"Bearer {token}")
    key = program.ask("GET", "/api/v1/push")[1]["key"]
    browser = Subscribed()
    fields = {"endpoint": f"{elsewhere.url}/push/{name}", **browser.told}
    assert key and program.ask("PUT", "/api/v1/push", fields)[0] in (200, 204)
    assert program.ask("GET", f"/api/v1/rooms/{room}?token={token}")[0] in (200, 400)
    assert program.ask("GET", f"/api/{token}")[0] == 404
    begun = program.post("/api/device", label="a program")
    used(f"{name}'s device code", begun["device_code"])
    program.ask("POST", "/api/device/token", {"device_code": begun["device_code"]})
    guest = Signed(used.daemon)
    guest.post("/api/guest", display=f"Guest of {name}")
    used(f"{name}'s guest", guest.cookies["__Host-chatd"])


def everything(used: Used, mail: MailServer, elsewhere: Elsewhere, name: str) -> str:
    person = with_password(used, mail, name)
    by_provider(used, elsewhere, person, name)
    by_site(used, name)
    room = talk(used, person, name)
    by_program(used, elsewhere, name, room)
    # What is wrong comes back in words, without what was wrong.
    for path in ("/api/session", "/api/reset", "/api/register", "/api/session/second"):
        for number, secret in enumerate(used.secrets.values()):
            if number % 5 == 0:
                wrong = {"name": name, "secret": [str(secret)], "x": str(secret)}
                status, told = person.raw("POST", path, wrong)
                assert status >= 400
                used.written[f"{name}'s answer {number} of {path}"] = told
    return room


# ---- looking ------------------------------------------------------------------------------------


@pytest.fixture
def mail(tmp_path: Path) -> Iterator[MailServer]:
    with MailServer(tmp_path) as mail:
        yield mail


def wait(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def begin(used: Used) -> None:
    """The first administrator, by the link."""
    secret = used("setup link", secret_of(used.daemon.ask("setup_link")["link"]))
    password = used("root's password", secrets.token_urlsafe(16))
    Signed(used.daemon).post("/api/setup", secret=secret, name="root", password=password)
    used("server key", (used.daemon.folder / "secrets" / "server.key").read_text().strip())
    for name, path in (
        ("TLS key", used.daemon.folder / "tls" / "server.key"),
        ("push key", used.daemon.state / "push.key"),
    ):
        for number, line in enumerate(path.read_text().splitlines()[1:-1]):
            used(f"{name}, line {number}", line)
        key = load_pem_private_key(path.read_bytes(), None)
        assert isinstance(key, EllipticCurvePrivateKey)
        used.secrets[f"{name} in bytes"] = key.private_numbers().private_value.to_bytes(32, "big")


def shown(used: Used, room: str, backups: Path) -> None:
    """What operators are shown."""
    cookie = f"__Host-chatd={used.people['bob'].cookies['__Host-chatd']}"
    with connected(used, "chatd.v1", Cookie=cookie) as command:
        used.tap("bob", while_=lambda: command(type="rooms"))
    used.chatctl("status")
    used.chatctl("settings")
    used.chatctl("trace", f"{room}/1")
    used.chatctl("doctor", "--quick", "--ca", str(used.daemon.ca))
    used.chatctl("token", "list", "alice")
    used.chatctl("session", "list", "bob")
    used.chatctl("backup", "create", str(backups))
    used.chatctl("backup", "list", str(backups))
    made = used.daemon.ask("token_create", name="root", scopes=["metrics:read"])
    reader = Signed(used.daemon, Authorization=f"Bearer {used('metrics token', made['token'])}")
    status, used.written["/metrics"] = reader.raw("GET", "/metrics")
    assert status == 200


def test_nothing_that_the_daemon_writes_has_a_secret_in_it(
    tmp_path: Path, mail: MailServer
) -> None:
    port = free_port()
    client = secrets.token_urlsafe(32)
    with Elsewhere(tmp_path, f"https://localhost:{port}", client) as elsewhere:
        used = Used(Daemon(tmp_path / "chatd", GENEROUS, port=port))
        more = sections(tmp_path, mail, elsewhere, used)
        daemon = used.daemon = Daemon(tmp_path / "chatd", GENEROUS, more, port=port)
        with daemon:
            begin(used)
            room = everything(used, mail, elsewhere, "alice")
            text = daemon.config.read_text()
            assert 'format = "json"' in text
            daemon.config.write_text(text.replace('format = "json"', 'format = "text"'))
            daemon.signal(signal.SIGHUP)
            wait(lambda: "reloaded: " in daemon.log())
            everything(used, mail, elsewhere, "bob")
            shown(used, room, tmp_path / "backups")
            wait(lambda: any(path == "/hook" for path, _ in elsewhere.posted))
            for path in sorted(daemon.state.iterdir()):
                if path.is_file() and path.name != "push.key":
                    used.written[f"store, {path.name}"] = path.read_bytes()
            daemon.stop()
            used.written["log"] = daemon.log().encode()
    assert any(name.endswith("-wal") for name in used.written)
    lines = used.written["log"].decode().splitlines()
    assert sum(line.startswith("{") for line in lines) > 20, "in JSON"
    assert sum(" [chatd" in line for line in lines) > 20, "in text"
    assert len(used.secrets) > 70
    assert leaks(used.written, used.secrets) == []
