"""Who types what the documents tell to type, where it is not the suite's own `test_blocks.py` or
`test_commands.py`: by block, and by command in a sentence. `test_register.py` holds that each has
one who types it, from the document, and that none is left over.
"""

#: A machine with a real systemd: `make systemd`.
SYSTEMD = "tests.rigs.installed"
#: A bare Debian: `make fresh`.
FRESH = "tests.rigs.fresh_machine"
#: A site in PHP beside the daemon, and a browser.
EMBED = "tests.embed.walk"
#: `make durability` is itself what the block runs.
ITSELF = "make"

BLOCKS = {
    "README.md#try-it": FRESH,
    "backup.md#bringing-one-back": SYSTEMD,
    "backup.md#by-the-clock": SYSTEMD,
    "backup.md#to-a-moment": SYSTEMD,
    "durability.md#power-cuts-make-durability": ITSELF,
    "embed.md#1-make-a-key-that-both-know": EMBED,
    "embed.md#3-check-it-and-restart-chatd": EMBED,
    "embed.md#4-make-the-room-if-it-is-not-there": EMBED,
    "embed.md#6-sign-in-at-the-site-and-open-the-page": EMBED,
    "embed.md#post-from-your-server": EMBED,
    "embed.md#when-it-does-not-appear": EMBED,
    "examples/php/README.md#a-small-php-site-with-the-chat-in-it": EMBED,
    "operating.md#begin": SYSTEMD,
    "operating.md#install": SYSTEMD,
    "operating.md#install/2": SYSTEMD,
    "operating.md#looking-again-and-again": SYSTEMD,
    "operating.md#looking-again-and-again/2": SYSTEMD,
    "operating.md#certificates-by-themselves": SYSTEMD,
    "operating.md#with-certbot": SYSTEMD,
    "operating.md#without-the-package": SYSTEMD,
    "packages.md#a-repository-for-apt": SYSTEMD,
    "packages.md#a-repository-for-apt/2": SYSTEMD,
    "packages.md#a-repository-for-apt/3": SYSTEMD,
    "packages.md#back-to-the-version-before/2": SYSTEMD,
    "packages.md#several-servers-on-one-machine": SYSTEMD,
    "packages.md#several-servers-on-one-machine/2": SYSTEMD,
    "packages.md#what-the-package-brings-along": SYSTEMD,
    "trust.md#trusting-the-local-authority/2": SYSTEMD,
    "trust.md#trusting-the-local-authority/3": SYSTEMD,
}

COMMANDS = {
    "chatctl setup chat.example.org --behind-proxy": SYSTEMD,
    "chatctl setup www.example.org/chat/ --behind-proxy": SYSTEMD,
    "chatctl setup chat.example.org --instance team --behind-proxy --port 9443": SYSTEMD,
    "chown chatd /etc/chatd/secrets/site.key": SYSTEMD,
    "chown chatd /etc/chatd/webhook.key": SYSTEMD,
    "fuser /var/lib/chatd/chatd.db": SYSTEMD,
    "iostat -x 1": SYSTEMD,
    "journalctl -u chatd": SYSTEMD,
    "journalctl -u chatd -p err": SYSTEMD,
    "journalctl -u chatd CHATD_CONNECTION=7h3n5d0q": SYSTEMD,
    "journalctl -u chatd | grep REFERENCE": SYSTEMD,
    "ss -tlnp": SYSTEMD,
    "systemctl edit chatd-backup.service": SYSTEMD,
    "systemctl enable --now chatd.socket": SYSTEMD,
    "systemctl reload": SYSTEMD,
    "systemctl reload chatd": SYSTEMD,
    "systemctl restart chatd": SYSTEMD,
    "systemctl status chatd": SYSTEMD,
    "vmstat 1": SYSTEMD,
}

#: The files that type for them.
TYPISTS = {
    SYSTEMD: (
        "installed",
        "upgraded",
        "certified",
        "by_itself",
        "looked_after",
        "without_package",
        "alerted",
    ),
    FRESH: ("first_minute",),
    EMBED: ("walk", "world", "test_blocks"),
}
#: Looks like a command and is a label that the page shows.
LABELS = {"chat on HOST"}


def of(typist: str) -> set[str]:
    """All that is registered to it."""
    return {name for name, who in (BLOCKS | COMMANDS).items() if who == typist}
