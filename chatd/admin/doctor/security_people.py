"""Who can come in, and by what: from the settings and the store."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from chatd.admin.doctor.finding import Finding, note, ok, warning
from chatd.admin.doctor.look import Look
from chatd.admin.shown import day
from chatd.store.audit import Tokens, endless_tokens, password_alone
from chatd.store.errors import StoreError
from chatd.store.names import FILE
from chatd.store.sqlite import FAILURES, Sqlite

#: Days after which an unused token should go, and an unused login should end.
UNUSED_DAYS: Final = 90
DAY_MS: Final = 86_400_000
#: How many findings of one kind are shown; the rest are counted.
SHOWN: Final = 5
MOST: Final = 1_000


def registration(look: Look) -> Iterator[Finding]:
    accounts, guests = look.settings.accounts, look.settings.guests
    mend = f"$EDITOR {look.config} && systemctl restart chatd"
    if accounts.registration == "open":
        yield note(
            "open-registration",
            "registration",
            "anybody may make an account",
            "So may whoever wants to annoy. If you did not mean it: registration = "
            '"invitation" in [accounts].',
            mend,
        )
    else:
        yield ok("registration", "registration", accounts.registration)
    if guests.allowed:
        yield note(
            "guests",
            "registration",
            f"guests may come into {', '.join(guests.rooms)}",
            "Without an account, under a name they choose. If you did not mean it: allowed = false"
            " in [guests].",
            mend,
        )
    if accounts.session_days > UNUSED_DAYS:
        yield warning(
            "long-sessions",
            "sessions",
            f"a login that nobody uses lasts {accounts.session_days:g} days",
            "A computer that was given away lets in whoever has it. 30 days is the default.",
            f"session_days = 30 in [accounts] of {look.config}, then systemctl restart chatd",
        )


def people(look: Look) -> Iterator[Finding]:
    path = Path(look.settings.store.path) / FILE
    if not path.exists():
        return
    try:
        database = Sqlite(path, writing=False)
    except FAILURES as error:
        yield _unread(path, error)
        return
    try:
        database.run("begin", {})
        administrators = password_alone(database)
        tokens = endless_tokens(database, MOST)
    except (*FAILURES, StoreError) as error:
        yield _unread(path, error)
        return
    finally:
        database.close()
    yield from _administrators(administrators)
    yield from _tokens(tokens, int(look.machine.now() * 1000))


def _unread(path: Path, error: Exception) -> Finding:
    return warning(
        "store-unreadable",
        "people",
        f"{path} cannot be read: {error}",
        "Who can come in is written there. An upgrade may wait for the daemon's restart.",
        "sudo -u chatd chatctl doctor",
    )


def _administrators(names: tuple[str, ...]) -> Iterator[Finding]:
    if not names:
        yield ok("administrators", "people", "no administrator signs in by a password alone")
    for name in names[:SHOWN]:
        yield warning(
            "no-second-factor",
            "people",
            f"the administrator {name} signs in by a password alone",
            "Who learns it may do everything. They add an authenticator app or a passkey"
            " themselves, on the page: Settings, Security. Who is none any more:"
            " chatctl user admin NAME --remove.",
            f"chatctl user factors {name}",
        )
    if len(names) > SHOWN:
        yield warning(
            "no-second-factor",
            "people",
            f"and {len(names) - SHOWN} more administrators",
            "As above.",
            "chatctl user list",
        )


def _tokens(tokens: tuple[Tokens, ...], now: int) -> Iterator[Finding]:
    unused = [token for token in tokens if now - token.seen > UNUSED_DAYS * DAY_MS]
    mighty = [token for token in tokens if token.admin and token.all and token not in unused]
    for token in unused[:SHOWN]:
        yield warning(
            "unused-token",
            "tokens",
            f"{_called(token)} has no end and was last used on {day(token.seen)}",
            "Nobody would miss it, and whoever finds it comes in.",
            f"chatctl token end {token.owner} {token.id}",
        )
    if len(unused) > SHOWN:
        yield warning(
            "unused-token",
            "tokens",
            f"and {len(unused) - SHOWN} more, of {len({token.owner for token in unused})} accounts",
            "As above.",
            "chatctl user list; chatctl token list NAME",
        )
    for token in mighty[:SHOWN]:
        yield note(
            "mighty-token",
            "tokens",
            f"{_called(token)} may do all an administrator may, and has no end",
            "Give the program one with --scope and --days, and end this one.",
            f"chatctl token create {token.owner} --scope messages:write --days 365",
        )
    if not unused and not mighty:
        yield ok("tokens", "tokens", f"{len(tokens)} without an end, all of them in use")


def _called(token: Tokens) -> str:
    label = f" ({token.label})" if token.label else ""
    return f"the token {token.id}{label} of {token.owner}"
