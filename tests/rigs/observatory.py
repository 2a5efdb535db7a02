"""Mozilla's HTTP Observatory against the page, as a server that others can reach serves it:

    python -m tests.rigs.observatory [FOLDER]

FOLDER (`var/observatory`) gets the scanner from npm, once; it needs Node 20 or newer, and nothing
beyond this machine afterwards. Exit code 0: the grade is A+ and every test passed.
https://github.com/mdn/mdn-http-observatory
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chatd.admin.local_ca import ensure, host_names
from tests.ui.daemon import ROOT, Daemon

SCANNER = "@mdn/mdn-http-observatory@1.4.8"
PLACE = Path("node_modules/@mdn/mdn-http-observatory")
#: A name that is not this machine's own: only then HTTPS is promised to browsers (HSTS).
HOST = "chat.example"
#: The scanner finds that name here.
HERE = (
    "import dns from 'node:dns'; const ask = dns.lookup;"
    " dns.lookup = (name, ...rest) => ask('127.0.0.1', ...rest);"
)


def install(folder: Path) -> None:
    if (folder / PLACE).is_dir():
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text('{"private": true}')
    npm = shutil.which("npm")
    assert npm is not None, "npm is missing: apt-get install npm"
    command = [npm, "install", "--ignore-scripts", "--no-audit", "--no-fund", SCANNER]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, timeout=300)
    # A list that it would fetch: of names that browsers know to have HTTPS. This one is not there.
    (folder / PLACE / "conf" / "hsts-preload.json").write_text("{}")


def scan(folder: Path, daemon: Daemon) -> dict[str, Any]:
    done = subprocess.run(
        [
            "node",
            f"--import=data:text/javascript,{HERE}",
            str(PLACE / "src" / "scan.js"),
            where(daemon),
        ],
        cwd=folder,
        env={**os.environ, "NODE_EXTRA_CA_CERTS": str(daemon.authority)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    if "error" in found:
        raise SystemExit(f"observatory: {found['error']}")
    return found


def where(daemon: Daemon) -> str:
    return daemon.url.removeprefix("https://").replace("localhost", HOST)


def serve(place: Path) -> Daemon:
    authority = ensure(place / "tls", [*host_names(), HOST], datetime.now(UTC))
    daemon = Daemon(place, authority.certificate.parent)
    config = daemon.state.parent / "chatd.toml"
    public = f'public_url = "https://{where(daemon)}"'
    config.write_text(re.sub(r"^public_url = .*$", public, config.read_text(), flags=re.MULTILINE))
    daemon.start()
    return daemon


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "var" / "observatory").resolve()
    install(folder)
    with tempfile.TemporaryDirectory() as place:
        daemon = serve(Path(place))
        try:
            found = scan(folder, daemon)
        finally:
            daemon.close()
    told, tests = found["scan"], found["tests"]
    for name, one in sorted(tests.items()):
        verdict = "pass" if one["pass"] else "FAIL"
        print(f"{verdict} {one['scoreModifier']:+4d}  {name}: {one['result']}")
    passed = f"{told['testsPassed']} of {told['testsQuantity']} tests"
    print(f"{told['grade']}, {told['score']} points, {passed}")
    return 0 if told["grade"] == "A+" and all(one["pass"] for one in tests.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
