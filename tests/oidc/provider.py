"""The certified provider of npm's oidc-provider as a child process: a real one."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final

import pytest

from chatd.admin import local_ca
from tests.daemon import REPOSITORY, free_port

PROGRAM = Path(__file__).with_name("provider.mjs")
#: npm brings one for the processors that it knows.
BROUGHT = "tools/js/node_modules/node-linux-*/bin/node"


def _node() -> str | None:
    """A Node of 20 or newer, which the provider wants: that of tools/js, else the system's, of
    which Debian 12 has 18. None where there is neither."""
    for program in (*map(str, REPOSITORY.glob(BROUGHT)), shutil.which("node")):
        if program is not None:
            done = subprocess.run(
                [program, "--version"], capture_output=True, text=True, check=False
            )
            if int(done.stdout.strip().removeprefix("v").partition(".")[0] or 0) >= 20:
                return program
    return None


NODE: Final = _node()
#: Where no test may be left out, the first that wants to start it fails and says why.
needs_node_20 = pytest.mark.skipif(
    NODE is None and os.environ.get("CI", "").lower() not in ("true", "1"),
    reason="oidc-provider wants Node 20 or newer",
)


class RealProvider:
    """In ``folder``, for the chatd at ``home``, which it believes by the authority in ``trusts``.
    `start` returns once it listens."""

    def __init__(self, folder: Path, home: str, trusts: Path, name: str = "node") -> None:
        folder.mkdir(exist_ok=True)
        self._folder = folder
        self._issued = local_ca.ensure(folder / "ca", ["localhost"], datetime.now(UTC))
        self._port = free_port()
        self._trusts = trusts
        self._process: subprocess.Popen[str] | None = None
        self.name = name
        self.issuer = f"https://localhost:{self._port}"
        self.certificate = self._issued.certificate
        self.authority = self._issued.authority
        self.secret = folder / "client.secret"
        self.secret.touch(mode=0o600)
        self.secret.write_text("a secret of forty-two letters, more or less\n")
        address = f"{home}/auth/oidc/{name}"
        self._client = {
            "client_id": "chatd",
            "client_secret": self.secret.read_text().strip(),
            "redirect_uris": [f"{address}/callback"],
            "post_logout_redirect_uris": [f"{home}/"],
            "backchannel_logout_uri": f"{address}/backchannel-logout",
            "backchannel_logout_session_required": True,
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
        }

    def section(self, *lines: str) -> str:
        """Its section of the configuration, with more lines in it."""
        return "\n".join(
            (
                f"[provider.{self.name}]",
                f'issuer = "{self.issuer}"',
                'label = "The Node"',
                'client_id = "chatd"',
                f'client_secret_file = "{self.secret}"',
                f'ca_file = "{self._issued.authority}"',
                *lines,
                "",
            )
        )

    def start(self) -> RealProvider:
        assert NODE is not None, "oidc-provider wants Node 20 or newer, and there is none"
        settings = {
            "port": self._port,
            "key": str(self._issued.key),
            "certificate": str(self._issued.certificate),
            "clients": [self._client],
        }
        with self._log().open("ab") as log:
            self._process = subprocess.Popen(
                [NODE, str(PROGRAM), json.dumps(settings)],
                env={**os.environ, "NODE_EXTRA_CA_CERTS": str(self._trusts)},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "listening\n", self.log()
        return self

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(10)
            finally:
                self._process.kill()
                self._process.wait()
            assert self._process.stdout is not None
            self._process.stdout.close()
            self._process = None

    def log(self) -> str:
        return self._log().read_text()

    def _log(self) -> Path:
        return self._folder / "provider.log"

    def __enter__(self) -> RealProvider:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
