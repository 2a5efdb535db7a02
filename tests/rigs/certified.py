"""Under a name of its own, with certificates and secrets that come from elsewhere: what is tried in
the box of tests/rigs/installed.py."""

import shlex
import ssl
import time
from datetime import UTC, datetime
from pathlib import Path

from chatd.admin import local_ca
from tests.rigs.box import Box
from tests.rigs.handbook import block, command
from tests.rigs.looked_after import write
from tests.rigs.seen import CONFIG, HOST, answers, journal, must, until_ready

ROOT = Path(__file__).parents[2]
#: Where certbot keeps what it fetched.
LIVE = f"/etc/letsencrypt/live/{HOST}"


def opened_to_others(inside: Box, folder: Path) -> None:
    issued = local_ca.ensure(folder / "own", [HOST], datetime.now(UTC))
    for name, path in (("cert.pem", issued.certificate), ("key.pem", issued.key)):
        inside.run("sh", "-c", f"umask 077; cat > /root/{name} <<'E'\n{path.read_text()}E")
    inside.run(
        "chatctl", "setup", HOST, "--certificate", "/root/cert.pem", "--key", "/root/key.pem"
    )
    inside.run("systemctl", "restart", "chatd")
    until_ready(inside)
    must(answers(inside, 443), f"chatctl setup {HOST} opens port 443", journal(inside))
    dropped = "/etc/systemd/system/chatd.service.d"
    conf = (ROOT / "systemd" / "chatd-without-capabilities.conf").read_text("utf-8")
    inside.run("sh", "-c", f"mkdir -p {dropped}; cat > {dropped}/socket.conf <<'E'\n{conf}E")
    inside.run("sh", "-c", "systemctl daemon-reload; systemctl stop chatd")
    inside.run("sh", "-ec", command("systemctl enable --now chatd.socket"))
    inside.run("systemctl", "start", "chatd")
    until_ready(inside)
    pid = inside.run("systemctl", "show", "chatd", "-p", "MainPID", "--value").strip()
    must(answers(inside, 443), "sockets of chatd.socket are served", journal(inside))
    status = inside.run("grep", "^Cap", f"/proc/{pid}/status")
    bare = all(set(line.split()[1]) == {"0"} for line in status.splitlines())
    must(bare, "with them it has no capability at all", status)
    inside.run("systemctl", "disable", "--now", "--quiet", "chatd.socket")
    inside.run("sh", "-c", f"rm {dropped}/socket.conf; systemctl daemon-reload")
    inside.run("systemctl", "restart", "chatd")
    until_ready(inside)


def by_certbot(inside: Box, folder: Path) -> None:
    """The lines with certbot. It is Debian's own, but for the asking at Let's Encrypt: for
    `certbot certonly` stands a file that leaves behind what it would."""
    issued = local_ca.ensure(folder / "certbot", [HOST], datetime.now(UTC))
    put(inside, "/root/issued", issued)
    write(
        inside,
        "/usr/local/bin/certbot",
        f"#!/bin/sh\n[ \"$*\" = 'certonly --standalone -d {HOST}' ] || exit 1\n"
        f"mkdir -p {LIVE} && cp -p /root/issued/* {LIVE}/\n",
    )
    inside.run("chmod", "755", "/usr/local/bin/certbot")
    inside.run("sh", "-ec", f"PATH=/usr/local/bin:$PATH\n{block('operating.md#with-certbot')}")
    served = inside.run("cat", "/etc/chatd/tls/fullchain.pem")
    must(served == issued.certificate.read_text(), "what certbot fetched is set up", served)


def asked(inside: Box, folder: Path) -> None:
    """`chatctl setup` at a terminal asks for what is missing; then the first link."""
    issued = local_ca.ensure(folder / "asked", [HOST], datetime.now(UTC))
    put(inside, "/root/own", issued)
    inside.run("rm", "-rf", LIVE)
    setup, restart, link = block("operating.md#install/2").splitlines()
    typed = shlex.quote(setup.partition("#")[0].strip())
    said = "/root/own/fullchain.pem\\n/root/own/privkey.pem\\n"
    at_terminal = f"printf '{said}' | script -qec {typed} /dev/null"
    told = inside.run("sh", "-ec", at_terminal)
    must("file with the certificate" in told, "at a terminal setup asks for the certificate", told)
    inside.run("sh", "-ec", restart)
    until_ready(inside)
    must(answers(inside, 443), "and opens with what it was told", journal(inside))
    told = inside.run("sh", "-c", f"{link} 2>&1", check=False)
    must("#setup=" in told or "administrator" in told, "the first link is made", told)


def put(inside: Box, folder: str, issued: local_ca.Issued) -> None:
    """The two files as certbot names them."""
    inside.run("mkdir", "-p", folder)
    for name, path in (("fullchain.pem", issued.certificate), ("privkey.pem", issued.key)):
        write(inside, f"{folder}/{name}", path.read_text())
        inside.run("chmod", "600", f"{folder}/{name}")


def renewed(inside: Box, folder: Path) -> None:
    """certbot's hook, as certbot calls it."""
    hook = "/etc/letsencrypt/renewal-hooks/deploy/chatd"
    issued = local_ca.ensure(folder / "renewed", [HOST], datetime.now(UTC))
    put(inside, LIVE, issued)
    served = "cat /etc/chatd/tls/fullchain.pem"
    before = inside.run("sh", "-c", served)
    calls = {names: f"RENEWED_LINEAGE={LIVE} RENEWED_DOMAINS='{names}' {hook}"
             for names in ("other.example.org", f"other.example.org {HOST}")}  # fmt: skip
    inside.run("sh", "-c", calls["other.example.org"])
    must(inside.run("sh", "-c", served) == before, "another name's renewal changes nothing", "")
    pid = inside.run("systemctl", "show", "chatd", "-p", "MainPID", "--value")
    inside.run("sh", "-c", calls[f"other.example.org {HOST}"])
    time.sleep(1)
    shown = inside.run("sh", "-c", served)
    must(shown == issued.certificate.read_text(), "certbot's hook brings the new certificate", "")
    mine = ssl.PEM_cert_to_DER_cert(shown.split("-----END")[0] + "-----END CERTIFICATE-----\n")
    must(certificate(inside) == mine.hex(), "chatd serves it", journal(inside))
    now = inside.run("systemctl", "show", "chatd", "-p", "MainPID", "--value")
    must(now == pid, "without a restart", now)


def certificate(inside: Box) -> str:
    code = (
        "import socket, ssl; context = ssl.create_default_context();"
        "context.check_hostname = False; context.verify_mode = ssl.CERT_NONE;"
        "raw = socket.create_connection(('127.0.0.1', 443), 5);"
        "print(context.wrap_socket(raw).getpeercert(True).hex())"
    )
    return inside.run("python3", "-c", code).strip()


def credentials(inside: Box) -> None:
    unit = "[Service]\nLoadCredential=server.key:/root/server.key\n"
    inside.run(
        "sh",
        "-c",
        "mv /etc/chatd/secrets/server.key /root/; chmod 600 /root/server.key;"
        f"printf '{unit}' > /etc/systemd/system/chatd.service.d/secret.conf;"
        f"sed -i 's|^secret_file.*|secret_file = \"credential:server.key\"|' {CONFIG};"
        "systemctl daemon-reload; systemctl restart chatd",
    )
    until_ready(inside)
    must(answers(inside, 443), "a secret handed over by LoadCredential is taken", journal(inside))
