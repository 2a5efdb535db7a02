"""The commands in sentences and tables of the documents: each is carried out by a daemon, completed
where the document names only the beginning, or a word that stands for another."""

import io
import json
import re
import shlex
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.admin.commands import Said, chatctl
from tests.admin.doctor.front import Papers, proxy
from tests.auth.keys import RSA
from tests.daemon import GENEROUS, Daemon, free_port
from tests.elsewhere import Elsewhere
from tests.handbook.machine import Machine
from tests.handbook.reading import blocks
from tests.handbook.terminal import PATIENCE, Typing
from tests.handbook.test_blocks import put
from tests.mail_server import MailServer
from tests.signed import Signed

#: The exit code of what looks for faults where it finds one, as `doctor` does on some machines.
FOUND = 1
#: The exit code after Ctrl-C, which ends what goes on for ever.
INTERRUPTED = 130
#: What needs a process of its own: it ends it, or takes the reactor.
APART = {"--help", "verify", "provider"}


class Operator:
    """Types lines in the checkout of ``machine``."""

    def __init__(self, machine: Machine, patch: pytest.MonkeyPatch) -> None:
        self.machine = machine
        self._patch = patch
        patch.chdir(machine.checkout)

    def type(self, command: str, instead: str = "", *, text: str = "", code: int = 0) -> Said:
        """A command as the document has it, or completed: ``instead``. In this process; what is
        not chatctl alone in a shell."""
        line = self._completed(command, instead)
        words = shlex.split(line)
        if Path(words[0]).name == "chatctl" and not APART & {*words}:
            self._patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
            said = chatctl(*words[1:])
        else:
            said = Said(*self.machine.run(line, text), "")
        assert said.code == code, (line, said)
        return said

    def watch(self, command: str, instead: str = "", *, logged: str) -> None:
        """One that goes on, until the daemon's log tells of it; then Ctrl-C ends it."""
        line = f"exec {self._completed(command, instead)}"
        with Typing(self.machine, line, str(len(line))) as typing:
            deadline = time.monotonic() + PATIENCE
            while logged not in self.machine.daemon.log():
                assert time.monotonic() < deadline
                time.sleep(0.02)
            typing.interrupt()
            assert typing.ended() == INTERRUPTED

    def _completed(self, command: str, instead: str) -> str:
        """The line that is typed for a command of a document."""
        line = instead or command
        # What stands for another: a word in capitals, a host that is nobody's.
        pattern = re.sub(r"\b[A-Z]{2,}\b|www\\.example\\.org", r"\\S+", re.escape(command))
        assert re.match(pattern, line), line
        return self.machine.here(line)


def shape(text: str) -> Any:
    """What fields there are in an object of JSON, in their order, and of which type."""

    def of(value: Any) -> Any:
        if isinstance(value, dict):
            return [(key, of(each)) for key, each in value.items()]
        return type(value).__name__

    return of(json.loads(text))


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    """With a mail server, a provider, a receiver of the webhook and a site."""
    port = free_port()
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    hook = "whsec_" + "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
    with (
        Elsewhere(tmp_path, f"https://localhost:{port}", "a client's secret") as elsewhere,
        MailServer(tmp_path) as mail,
    ):
        more: dict[str, dict[str, Any]] = {
            "mail": mail.settings(),
            "provider.keycloak": {
                "issuer": elsewhere.url,
                "client_id": "chatd",
                "client_secret_file": put(tmp_path / "client.secret", "a client's secret"),
                "ca_file": str(elsewhere.authority),
            },
            "webhook": {
                "url": f"{elsewhere.url}/hook",
                "secret_file": put(tmp_path / "hook.secret", hook),
                "ca_file": str(elsewhere.authority),
            },
            "site": {"keys": str(keys), "issuer": "https://www.example.org"},
            "limits": {**GENEROUS["limits"], "connections": 500},
        }
        with Daemon(tmp_path / "server", more, port=port) as daemon:
            yield Operator(Machine(daemon, tmp_path), monkeypatch)


def test_what_operators_are_told_to_type_does_what_is_said(operator: Operator) -> None:
    type, daemon = operator.type, operator.machine.daemon
    # ---- what is asked of any server -------------------------------------------------------------
    assert "[limits]" in type("chatctl settings").out
    type("chatctl check")
    assert "connections" in type("chatctl status").out
    assert "#setup=" in type(".venv/bin/chatctl setup-link").out
    answered, refused = blocks()["chatctl.md#json"], blocks()["chatctl.md#json/2"]
    said = type("chatctl --json", "chatctl --json user add somebody")
    assert shape(said.out) == shape(answered.text) and said.err == ""
    said = type("chatctl --json", "chatctl --json user add somebody", code=FOUND)
    assert shape(said.err) == shape(refused.text) and said.out == ""
    assert '"done"' in type("chatctl top --once --json").out
    assert "connections" in type("chatctl top").out
    assert "change nothing" in type("chatctl reload --dry-run").out
    type("chatctl reload")
    assert "  ok    " in type("chatctl doctor", "chatctl doctor --quick").out
    found = type("chatctl --json doctor", "chatctl --json doctor --quick").out
    assert json.loads(found)["done"]["findings"]

    # ---- people ----------------------------------------------------------------------------------
    daemon.user("alice", "correct horse battery")
    alice = Signed(daemon)
    alice.sign_in("alice", "correct horse battery")
    robots = Signed(daemon)
    type("chatctl user add --bot robot")
    token = re.findall(r"chatd_t_\S+", type("chatctl token create robot").out)
    robots.headers["Authorization"] = f"Bearer {token[0]}"
    room = robots.post("/api/v1/rooms", name="Tea", slug="tea")["room"]
    seq = robots.post(f"/api/v1/rooms/{room}/messages", text="hello")["seq"]
    type("chatctl token create alice")
    type("chatctl token create", "chatctl token create robot --scope messages:write --days 3")
    listed = type("chatctl token list", "chatctl token list robot").out
    assert "messages:write" in listed
    assert type("chatctl token list NAME", "chatctl token list robot").out == listed
    type("chatctl trace", f"chatctl trace {room}/{seq} --user alice")
    type("chatctl user factors alice")
    assert "#reset=" in type("chatctl user reset alice").out
    assert "#reset=" in type("chatctl user reset NAME", "chatctl user reset alice").out
    type("chatctl user reset-factors", "chatctl user reset-factors alice --dry-run")
    type("chatctl user reset-factors alice")
    alice.sign_in("alice", "correct horse battery")
    [session] = re.findall(r"^(\w+) +session", type("chatctl session list alice").out, re.M)
    type("chatctl session end alice ID", f"chatctl session end alice {session}")
    assert not alice.ask("GET", "/api/session")[1]["signed_in"]
    [ended] = re.findall(r"^(\w+) .*\n.*messages:write", listed, re.M)
    type("chatctl token end NAME ID", f"chatctl token end robot {ended}")
    type("chatctl session end NAME ID", "chatctl session end alice --all")
    type("chatctl user password alice", text="another horse battery\n")
    type("chatctl user password NAME", "chatctl user password alice", text="one horse battery\n")
    type("chatctl user admin alice")
    assert "alice" in type("chatctl user list").out
    assert "#invitation=" in type(".venv/bin/chatctl invite").out
    type("chatctl invite", "chatctl invite --uses 20 --days 3")
    [invitation] = re.findall(r"^\s*(\w{6,})\b", type("chatctl invitation list").out, re.M)[-1:]
    withdraw = f"chatctl invitation withdraw {invitation}"
    type("chatctl invitation withdraw ID", withdraw)
    assert invitation not in type("chatctl invitation list").out
    type("chatctl address block 203.0.113.0/24 --reason spam --days 7")
    assert "203.0.113.0/24" in type("chatctl address list").out

    # ---- what leaves by itself, and who comes from elsewhere -------------------------------------
    assert "201" in type("chatctl webhook test").out
    assert "messages" in type("chatctl webhook status").out
    type("chatctl mail test ADDRESS", "chatctl mail test anna@example.org")
    assert "/auth/oidc/keycloak/callback" in type("chatctl provider check").out
    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (operator.machine.checkout / "shop.pem").write_bytes(public)
    type("chatctl token-key add shop")
    type("chatctl token-key add shop --public shop.pem")
    type("chatctl token-key add forum --issuer https://forum.example.org")
    kid = re.findall(r"^\s*(shop\S*)", type("chatctl token-key list").out, re.M)[0]
    type("chatctl token-key remove KID", f"chatctl token-key remove {kid}")
    assert kid not in type("chatctl token-key list").out
    type("chatctl token-debug", text="no.to.ken", code=FOUND)
    type("chatctl reseal --dry-run")
    type("chatctl reseal")

    # ---- backups, ends ---------------------------------------------------------------------------
    type("chatctl backup create /var/backups/chatd")
    daemon.user("keeper", admin=True)
    type("chatctl user disable NAME", "chatctl user disable robot")
    type("chatctl user disable alice")
    type("chatctl user delete NAME", "chatctl user delete robot --erase")
    type("chatctl user delete alice")
    assert "alice" not in type("chatctl user list").out


def test_people_sign_in_below_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    papers, port = Papers(tmp_path / "papers"), free_port()
    papers.good("localhost")
    with proxy(papers, port) as front:
        front.ways.takes = {"/chat": port}
        url = f"https://localhost:{front.port}/chat"
        behind = {
            "server": {
                "public_url": f"{url}/",
                "listen": [f"127.0.0.1:{port}"],
                "proxies": ["127.0.0.1/32"],
                "forwarded_by": "x-forwarded-for",
            },
            "tls": {"terminated": True, "certificate": "", "key": ""},
        }
        with Daemon(tmp_path / "server", behind, port=port) as daemon:
            operator = Operator(Machine(daemon, tmp_path), monkeypatch)
            put(operator.machine.checkout / "FILE", daemon.token("alice"))
            there = f"chat login {url}/ --token-file FILE --ca {papers.ca}"
            operator.type("chat login https://www.example.org/chat/", there)
            assert url in operator.type("chat profiles").out


def test_what_goes_on_or_has_settings_of_its_own_does_what_is_said(operator: Operator) -> None:
    type, daemon = operator.type, operator.machine.daemon
    assert "usage: chatctl" in type("chatctl --help").out
    assert "usage: chat" in type("chat --help").out
    assert "usage: chat send" in type("chat COMMAND --help", "chat send --help").out
    put(operator.machine.checkout / "FILE", daemon.token("alice"))
    type("chat login URL --token-file FILE", f"chat login {daemon.url} --token-file FILE")
    assert daemon.url in type("chat profiles").out
    type("chat logout")
    assert daemon.url not in type("chat profiles").out
    operator.watch("chatctl tap alice", logged="watches all frames of alice")
    line = "chatctl tap alice --text"
    operator.watch("chatctl tap NAME --text", line, logged="reads the text of all frames of alice")
    daemon.user("keeper", admin=True)
    token = f"Authorization: Bearer {daemon.token('keeper')}"
    put(operator.machine.checkout / "token", token)
    page = type("curl -H @token https://chat.example.org/metrics").out
    assert 'chatd_trace_spans_total{outcome="dropped"} 0.0' in page
    daemon.stop()
    type("chatctl verify")
