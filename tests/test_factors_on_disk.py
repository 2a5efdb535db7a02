"""Second factors and the operator: chatctl beside a real daemon, and another server's key."""

import json
import secrets
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.daemon import Daemon
from tests.fakes.codes import code_of
from tests.signed import Signed
from tests.test_accounts_on_disk import post
from tests.ui.people import PASSWORD


def chatctl(daemon: Daemon, *words: str) -> Any:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "chatd.admin.main",
            "--config",
            str(daemon.config),
            "--json",
            *words,
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)["done"]


def with_app(daemon: Daemon) -> str:
    alice = Signed(daemon)
    alice.sign_in("alice", PASSWORD)
    secret: str = alice.post("/api/totp", password=PASSWORD)["secret"]
    alice.post("/api/totp/confirm", code=code_of(secret, int(time.time()) - 30))
    return secret


def second(daemon: Daemon, code: str) -> int:
    _, answer = post(daemon, "/api/session", {"name": "alice", "password": PASSWORD})
    step = answer["second"]["step"]
    return post(daemon, "/api/session/second", {"step": step, "code": code})[0]


def test_the_operator_sees_and_takes_away_what_somebody_lost(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        daemon.user("alice", PASSWORD)
        with_app(daemon)
        assert chatctl(daemon, "status")["registration"] == "invitation"
        held = chatctl(daemon, "user", "factors", "alice")
        assert [(one["factor"], one["name"]) for one in held] == [
            ("app", "codes"),
            ("recovery codes", "10 left"),
        ]
        would = chatctl(daemon, "user", "reset-factors", "alice", "--dry-run")
        assert (would["app"], would["recovery_codes"], would["dry_run"]) == (True, 10, True)
        assert len(chatctl(daemon, "user", "factors", "alice")) == 2, "nothing was done"
        assert chatctl(daemon, "token", "list", "alice") != []
        assert chatctl(daemon, "user", "reset-factors", "alice")["dry_run"] is False
        assert chatctl(daemon, "user", "factors", "alice") == []
        assert chatctl(daemon, "token", "list", "alice") == []
        status, answer = post(daemon, "/api/session", {"name": "alice", "password": PASSWORD})
        assert (status, answer["signed_in"]) == (200, True)


def test_another_server_key_takes_the_seeds_along(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        daemon.user("alice", PASSWORD)
        secret = with_app(daemon)
        daemon.stop()
        (key,) = (daemon.folder / "secrets").glob("server.key")
        old = key.with_name("old.key")
        key.rename(old)
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_hex(32).encode())
        text = daemon.config.read_text()
        line = 'old_secret_file = "secrets/old.key"'
        assert "[accounts]" in text
        daemon.config.write_text(text.replace("[accounts]", f"[accounts]\n{line}"))
        daemon.start()
        assert chatctl(daemon, "reseal", "--dry-run") == {"old": 1, "lost": 0, "sealed_anew": 0}
        assert chatctl(daemon, "reseal")["sealed_anew"] == 1
        daemon.stop()
        daemon.config.write_text(text)
        old.unlink()
        daemon.start()
        assert second(daemon, code_of(secret, int(time.time()))) == 200
        assert chatctl(daemon, "reseal") == {"old": 0, "lost": 0, "sealed_anew": 0}
