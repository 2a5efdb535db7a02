"""What the tables of the documents have somebody type who is told that something is wrong. Tried in
the box of tests/rigs/installed.py."""

import re

from tests.rigs.box import Box
from tests.rigs.handbook import block, command
from tests.rigs.looked_after import edited
from tests.rigs.seen import CONFIG, must, until_ready

#: What goes on until Ctrl-C is left to for so long, in seconds; that it was ended is no fault.
A_WHILE = "timeout -s INT 2.5"


def looked_into(inside: Box) -> None:
    """Each with a word that it must show."""
    for line, word in {
        command("systemctl status chatd"): 'Status: "Serving',
        command("journalctl -u chatd"): "ready: https://",
        command("journalctl -u chatd -p err"): "",
        command("journalctl -u chatd CHATD_CONNECTION=7h3n5d0q"): "No entries",
        command("journalctl -u chatd | grep REFERENCE", reference="ready:"): "ready: https://",
        command("fuser /var/lib/chatd/chatd.db"): "/var/lib/chatd/chatd.db:",
        command("ss -tlnp"): "twistd",
        f"{A_WHILE} {command('vmstat 1')}": "swpd",
        f"{A_WHILE} {command('iostat -x 1')}": "w_await",
    }.items():
        seen = inside.run("sh", "-c", f"{line} 2>&1", check=bool(word) and A_WHILE not in line)
        must(word in seen, line, seen)


def trusted(inside: Box) -> None:
    """The local authority, by the programs of this machine."""
    folders = "mkdir -p /root/chatd/var && ln -sfn /etc/chatd/tls /root/chatd/var/tls"
    inside.run("sh", "-c", f"{folders} && rm -rf /root/.pki")
    typed = "cd /root/chatd; export HOME=/root; {}"
    inside.run("sh", "-ec", typed.format(block("trust.md#trusting-the-local-authority/2")))
    listed = inside.run("certutil", "-d", "sql:/root/.pki/nssdb", "-L")
    must(re.search(r"^chatd +C,, *$", listed, re.M) is not None, "Chromium's store has it", listed)
    seen = inside.run("sh", "-ec", typed.format(block("trust.md#trusting-the-local-authority/3")))
    must("1 added" in seen, "and that of all programs", seen)
    known = "openssl verify /etc/chatd/tls/server.pem"
    seen = inside.run("sh", "-c", known)
    must(seen.strip().endswith("OK"), "which take the server's certificate then", seen)


def owned(inside: Box) -> None:
    """Keys that somebody made as root, handed to the user chatd."""
    for line in (
        command("chown chatd /etc/chatd/webhook.key"),
        command("chown chatd /etc/chatd/secrets/site.key"),
    ):
        path = line.split()[-1]
        inside.run("sh", "-c", f"umask 077; echo a-key > {path}; {line}")
        read = inside.status("runuser", "-u", "chatd", "--", "cat", path)
        must(read == 0, f"chatd can read {path}", str(read))
        inside.run("rm", path)


def changed(inside: Box) -> None:
    """Restart, reload, another folder for backups, a proxy in front."""
    inside.run("sh", "-ec", command("systemctl restart chatd"))
    until_ready(inside)
    inside.run("sh", "-ec", command("systemctl reload chatd"))
    inside.run("sh", "-ec", command("systemctl reload") + " chatd")
    before = inside.run("cat", CONFIG)
    elsewhere = "[Service]\nReadWritePaths=/srv\n"
    edited(inside, command("systemctl edit chatd-backup.service"), elsewhere)
    told = inside.run("systemctl", "cat", "chatd-backup.service")
    must("ReadWritePaths=/srv" in told, "the backup's service takes settings of one's own", told)
    for line, url in (
        (command("chatctl setup chat.example.org --behind-proxy"), "https://chat.example.org"),
        (
            command("chatctl setup www.example.org/chat/ --behind-proxy"),
            "https://www.example.org/chat/",
        ),
    ):
        inside.run("sh", "-ec", line)
        inside.run("systemctl", "restart", "chatd")
        until_ready(inside)
        told = inside.run("cat", CONFIG)
        known = "terminated = true" in told and f'public_url = "{url}"' in told
        must(known, f"behind a proxy it leaves TLS to it, as {url}", told)
    inside.run("sh", "-c", f"cat > {CONFIG} <<'END'\n{before}END\nsystemctl restart chatd")
    until_ready(inside)
