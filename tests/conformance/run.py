"""`make conformance`: the Autobahn Testsuite against chatd's socket, over wss.

The suite is a program for Python 2.7; where there is none, this says so and does nothing. It is
installed into var/conformance once. Arguments: case patterns, such as 1.* 6.* (default: all).
"""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from chatd.admin.local_ca import ensure
from tests.daemon import REPOSITORY, free_port

FOLDER = REPOSITORY / "var" / "conformance"
SUITE = FOLDER / "suite"
REPORT = FOLDER / "report"
CASES = [f"{number}.*" for number in (1, 2, 3, 4, 5, 6, 7, 9, 10, 12, 13)]
FINE = {"OK", "INFORMATIONAL"}
#: Here it offers windows of under 4 KiB alone, which we decline: "unimplemented", as it should be.
DECLINED = ("13.3.", "13.5.")
#: A folder of namespace packages: PYTHONPATH alone would not do.
START = (
    "import site, sys; site.addsitedir({0!r}); sys.path.insert(0, {0!r});"
    " from autobahntestsuite.wstest import run; run()"
)


def python2() -> str | None:
    """A Python 2.7 that runs."""
    for name in ("python2.7", "python2"):
        path = shutil.which(name)
        if path and not subprocess.run([path, "-c", ""], capture_output=True).returncode:
            return path
    return None


def install(python: str) -> None:
    if not SUITE.exists():
        print("installing the Autobahn Testsuite into var/conformance", flush=True)
        command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*command, "--target", str(SUITE), "autobahntestsuite"], check=True)


@contextlib.contextmanager
def echo() -> Iterator[int]:
    """The echo server; its port."""
    made = ensure(FOLDER / "tls", ["localhost"], datetime.now(UTC))
    port = free_port()
    folder = made.authority.parent
    command = [sys.executable, "-m", "tests.conformance.echo", str(port)]
    command += [str(folder / "server.pem"), str(folder / "server.key")]
    server = subprocess.Popen(command, cwd=REPOSITORY)
    try:
        for _ in range(200):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.05)
        yield port
    finally:
        server.terminate()
        server.wait(10)


def fuzz(python: str, port: int, cases: list[str]) -> Counter[str]:
    """How many cases ended how, by the suite's words."""
    shutil.rmtree(REPORT, ignore_errors=True)
    wanted = {
        "outdir": str(REPORT),
        "servers": [{"agent": "chatd", "url": f"wss://127.0.0.1:{port}/ws"}],
        "cases": cases,
        "exclude-cases": [],
        "exclude-agent-cases": {},
    }
    plan = FOLDER / "plan.json"
    plan.write_text(json.dumps(wanted))
    command = [python, "-c", START.format(str(SUITE)), "-m", "fuzzingclient", "-s", str(plan)]
    with (FOLDER / "suite.log").open("w") as log:
        subprocess.run(command, cwd=FOLDER, stdout=log, stderr=log, check=True)
    found: dict[str, dict[str, str]] = json.loads((REPORT / "index.json").read_text())["chatd"]
    for case, result in found.items():
        if case.startswith(DECLINED) and result["behavior"] == "UNIMPLEMENTED":
            result["behavior"] = "INFORMATIONAL"
    for case, result in sorted(found.items()):
        if result["behavior"] not in FINE or result["behaviorClose"] not in FINE:
            print(f"{case}: {result['behavior']}, at the close {result['behaviorClose']}")
    return Counter(
        result["behavior"] if result["behaviorClose"] in FINE else result["behaviorClose"]
        for result in found.values()
    )


def main() -> int:
    python = python2()
    if python is None:
        print("conformance: the Autobahn Testsuite needs a Python 2.7; there is none in PATH")
        return 1
    FOLDER.mkdir(mode=0o700, parents=True, exist_ok=True)
    install(python)
    with echo() as port:
        found = fuzz(python, port, sys.argv[1:] or CASES)
    print(f"{found.total()} cases: " + ", ".join(f"{n} {word}" for word, n in found.items()))
    print(f"report: {REPORT.relative_to(REPOSITORY) / 'index.html'}")
    return 0 if found and set(found) <= FINE else 1


if __name__ == "__main__":
    sys.exit(main())
