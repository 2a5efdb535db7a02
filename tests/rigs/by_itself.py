"""A certificate that chatd gets by itself, within the sandbox of its unit: what is tried in the box
of tests/rigs/installed.py, with Pebble for the authority."""

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.rigs.box import Box, Failed
from tests.rigs.handbook import block
from tests.rigs.seen import CONFIG, HOST, journal, must, until_ready

FOLDER = "/var/lib/chatd/acme"


def by_itself(inside: Box, folder: Path) -> None:
    before = inside.run("cat", CONFIG)
    authority = inside.start_here(
        sys.executable, "-m", "tests.acme.pebble", str(folder / "pebble"), "443",
        stdin=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert authority.stdout is not None
        line = authority.stdout.readline()
        if not line.startswith("{"):
            raise Failed(line + authority.stdout.read())
        _got(inside, json.loads(line))
    finally:
        authority.communicate(timeout=20)
    inside.run("sh", "-c", f"cat > {CONFIG} <<'END'\n{before}END\nsystemctl restart chatd")
    until_ready(inside)


def _got(inside: Box, told: dict[str, str]) -> None:
    inside.run("sh", "-c", f"cat > /etc/chatd/authority.pem <<'E'\n{told['ca']}E")
    # The lines of the handbook, and an authority of this machine in Let's Encrypt's place.
    setup, restart = block("operating.md#certificates-by-themselves").splitlines()
    inside.run("sh", "-c", setup)
    # The box knows no names, not even localhost.
    directory = told["directory"].replace("localhost", "127.0.0.1")
    own = f'directory = "{directory}"\\nca_file = "authority.pem"'
    inside.run("sh", "-c", f"sed -i 's|^\\[acme\\]$|&\\n{own}|' {CONFIG}")
    inside.run("sh", "-c", restart)
    until_ready(inside)
    began = time.monotonic()
    while not _trusted(inside, told["root"]):
        if time.monotonic() - began > 20:
            raise Failed(f"no certificate comes:\n{journal(inside)}")
        time.sleep(0.2)
    must(True, "chatd gets its certificate by itself, in its sandbox", "")
    listed = inside.run("stat", "-c", "%n %U %a", FOLDER, f"{FOLDER}/certificate.pem")
    wanted = f"{FOLDER} chatd 700\n{FOLDER}/certificate.pem chatd 600\n"
    must(listed == wanted, "folder and key are the daemon's alone", listed)
    seen = inside.run("chatctl", "--json", "doctor", "--quick", check=False)
    names = [one["name"] for one in json.loads(seen)["done"]["findings"]]
    must("acme" in names, "chatctl doctor knows when it renews", seen)


def _trusted(inside: Box, root: str) -> bool:
    code = (
        "import socket, ssl, sys; context = ssl.create_default_context(cadata=sys.argv[1]);"
        "plain = socket.create_connection(('127.0.0.1', 443), 5);"
        f"context.wrap_socket(plain, server_hostname='{HOST}').close()"
    )
    return inside.status("python3", "-c", code, root) == 0
