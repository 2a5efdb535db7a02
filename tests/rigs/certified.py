"""Under a name of its own, with certificates and secrets that come from elsewhere: what is tried in
the box of tests/rigs/installed.py."""

import ssl
import time
from datetime import UTC, datetime
from pathlib import Path

from chatd.admin import local_ca
from tests.rigs.box import Box
from tests.rigs.handbook import block
from tests.rigs.seen import CONFIG, HOST, answers, journal, must, until_ready

ROOT = Path(__file__).parents[2]


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
    inside.run("systemctl", "enable", "--now", "chatd.socket")
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


def renewed(inside: Box, folder: Path) -> None:
    """certbot's hook, as certbot calls it."""
    hook = "/etc/letsencrypt/renewal-hooks/deploy/chatd"
    typed = block("operating.md", "The certificate", 1).splitlines()
    [line] = [each for each in typed if "certbot-deploy-hook" in each]
    inside.run("sh", "-c", line)
    issued = local_ca.ensure(folder / "renewed", [HOST], datetime.now(UTC))
    live = f"/etc/letsencrypt/live/{HOST}"
    for name, path in (("fullchain.pem", issued.certificate), ("privkey.pem", issued.key)):
        inside.run("sh", "-c", f"mkdir -p {live}; cat > {live}/{name} <<'E'\n{path.read_text()}E")
    served = "cat /etc/chatd/tls/fullchain.pem"
    before = inside.run("sh", "-c", served)
    calls = {names: f"RENEWED_LINEAGE={live} RENEWED_DOMAINS='{names}' {hook}"
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
