"""TLS as others judge it: sslyze against Mozilla's intermediate profile, and testssl.sh.

    python -m tests.rigs.tls_scan            (make tls)

A daemon on loopback with a certificate of an authority of its own. sslyze says whether what is
offered is what Mozilla's profile wants (https://wiki.mozilla.org/Security/Server_Side_TLS).
testssl.sh has to find nothing above LOW but what such a certificate causes: nobody knows its
authority. sslyze wants an older `cryptography` than ours: it has an environment of its own.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from tests.admin.doctor.front import HOST, Papers
from tests.daemon import Daemon, free_port
from tests.rigs.tree import CannotBuild, cache_folder

SSLYZE = "sslyze==6.3.1"
#: What a certificate of an unknown authority, without a way to ask whether it was revoked, causes.
OF_THE_CERTIFICATE = (
    "cert_chain_of_trust",
    "cert_revocation",
    "cert_caaRecord",
    "DNS_CAArecord",
    "cert_trust",
    "OCSP_stapling",
)
#: Of the scanner's own OpenSSL.
NOT_OF_TLS = ("engine_problem",)
EXPECTED = (*OF_THE_CERTIFICATE, *NOT_OF_TLS)
#: What it says where its own client left before the ticket for a next time had come, as that does
#: now and then: it is asked again.
UNDONE, TRIES = "connect problem", 3
#: Below these testssl.sh tells no fault.
FINE = ("OK", "INFO", "LOW")


class Failed(AssertionError):
    """What a scanner found."""


def sslyze() -> Path:
    """The program; installed once."""
    folder = cache_folder().parent / "sslyze"
    program = folder / "bin" / "sslyze"
    if not program.exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        pip = (folder / "bin" / "pip", "install", "--quiet", SSLYZE)
        if subprocess.run(pip, check=False).returncode != 0:
            raise CannotBuild(f"pip install {SSLYZE} failed")
    return program


def mozilla(port: int, authority: Path, folder: Path) -> None:
    """The verdict of sslyze; every deviation is a line."""
    done = subprocess.run(
        [
            sslyze(),
            "--mozilla_config=intermediate",
            f"--certinfo_ca_file={authority}",
            f"--json_out={folder / 'sslyze.json'}",
            f"--sni={HOST}",
            f"127.0.0.1:{port}",
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    verdict = done.stdout[done.stdout.find("COMPLIANCE") :]
    if done.returncode != 0:
        raise Failed(f"sslyze: not Mozilla's intermediate profile:\n{verdict}{done.stderr[-500:]}")
    print("ok  sslyze: Mozilla's intermediate profile is kept")


def testssl(port: int, authority: Path, folder: Path) -> None:
    for _ in range(TRIES):
        found = _looked_at(port, authority, folder / "testssl.json")
        if not any(UNDONE in each["finding"] for each in found):
            break
    if len(found) < 50:
        raise Failed(f"testssl.sh told {len(found)} things only: it did not get through")
    told = [each for each in found if each["severity"] not in FINE]
    for each in told:
        print(f"    {each['severity']:8} {each['id']}: {each['finding']}")
    ours = [each["id"] for each in told if not each["id"].startswith(EXPECTED)]
    if ours:
        raise Failed(f"testssl.sh: {', '.join(ours)}")
    low = [f"{each['id']} ({each['finding']})" for each in found if each["severity"] == "LOW"]
    print(f"ok  testssl.sh: {len(found)} things looked at, LOW: {'; '.join(low) or 'none'}")


def _looked_at(port: int, authority: Path, out: Path) -> list[dict[str, str]]:
    out.unlink(missing_ok=True)
    subprocess.run(
        [
            *("testssl", "--quiet", "--color", "0", "--warnings", "batch", "--ip", "one"),
            *("--add-ca", authority, "--jsonfile", out, f"127.0.0.1:{port}"),
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=400,
        check=False,
    )
    told: list[dict[str, str]] = json.loads(out.read_text("utf-8"))
    return told


def main() -> int:
    if shutil.which("testssl") is None:
        print("chatd: testssl is missing: apt-get install -y testssl.sh", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made)
            papers = Papers(folder / "papers")
            papers.good()
            os.chmod(papers.key, 0o600)
            port = free_port()
            sections: dict[str, dict[str, object]] = {
                "server": {
                    "listen": [f"127.0.0.1:{port}"],
                    "public_url": f"https://{HOST}:{port}",
                },
                "tls": {"certificate": str(papers.chain), "key": str(papers.key)},
                "limits": {"connections_per_address": 2000, "unauthenticated_per_address": 1000},
            }
            with Daemon(folder / "server", sections, port=port):
                mozilla(port, papers.ca, folder)
                testssl(port, papers.ca, folder)
    except (CannotBuild, Failed) as wrong:
        print(f"chatd: {wrong}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
