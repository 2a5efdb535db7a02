"""Has the office carry out what was typed: the running daemon's, otherwise one on the store."""

import argparse
import getpass
import os
import pwd
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from chatd.admin.answering import Exit, No, done, no_file, not_running, note
from chatd.admin.shown import moment, plain
from chatd.admin.where import config_of, control_of

#: What argparse keeps beside an action's own arguments.
_OWN: Final = {"config", "json", "run", "command", "action", "fixed", "ask_password"}
#: Useless without a daemon.
_NEEDS_DAEMON: Final = {"status", "reload", "webhook_test", "webhook_status", "mail_test"}
#: Most bytes of a password asked for; the daemon says what a good one is. As `main.LONGEST`.
LONGEST_PASSWORD: Final = 8_192


def perform(options: argparse.Namespace) -> Exit:
    import msgspec

    from chatd.admin.answers import ANSWERS

    arguments = {key: value for key, value in vars(options).items() if key not in _OWN}
    arguments.update(getattr(options, "fixed", {}))
    if getattr(options, "ask_password", False) and not arguments.get("dry_run"):
        arguments["password"] = _password()
    answer = _asked(options, arguments)
    if "refused" in answer:
        raise _refused(options, **answer["refused"])
    try:
        told = msgspec.convert(answer["done"], ANSWERS[options.command])
    except msgspec.ValidationError:
        raise No(
            "the daemon that runs is of another version than this chatctl: systemctl restart chatd",
            "other-version",
        ) from None
    return done(options, told, _lines(options, told))


def _refused(options: argparse.Namespace, code: str, message: str) -> No:
    text = "\n".join(map(plain, message.splitlines()))
    if options.action == "reload":
        return No(text, "configuration", Exit.CONFIGURATION)
    return No(text, code)


def _asked(options: argparse.Namespace, arguments: dict[str, Any]) -> dict[str, Any]:
    from chatd.admin.control import NotRunning, ask
    from chatd.config.reading import load

    control = control_of(options)
    try:
        return ask(control, options.action, arguments)
    except NotRunning:
        pass
    except OSError as error:
        raise no_file(error, str(control)) from None
    if options.action in _NEEDS_DAEMON:
        raise not_running()
    from chatd.admin.offline import perform_offline

    settings = load(config_of(options))
    if (other := _owned_by_another(Path(settings.store.path))) is not None:
        raise No(other, "not-allowed", Exit.NOT_ALLOWED)
    return perform_offline(settings, options.action, arguments)


def _owned_by_another(folder: Path) -> str | None:
    """Files that root made in the daemon's folder would keep the daemon out of it."""
    if os.geteuid() != 0 or not folder.exists() or (uid := folder.stat().st_uid) == 0:
        return None
    try:
        owner = pwd.getpwuid(uid).pw_name
    except KeyError:
        owner = f"#{uid}"
    return (
        f"{folder} belongs to {owner} and the daemon does not run: run this as {owner}"
        f" (`sudo -u {owner} chatctl …`), or start the daemon first."
    )


def _password() -> str:
    try:
        if sys.stdin.isatty():
            password = getpass.getpass("Password: ")
            if getpass.getpass("Once more: ") != password:
                raise No("the two differ; nothing was changed.", "usage", Exit.USAGE)
        else:
            password = sys.stdin.readline(LONGEST_PASSWORD + 1).rstrip("\n")
        size = len(password.encode())
    except UnicodeError:
        raise No("the password is not UTF-8; nothing was changed.", "usage", Exit.USAGE) from None
    if size > LONGEST_PASSWORD:
        raise No("the password is too long; nothing was changed.", "usage", Exit.USAGE)
    return password


def _lines(options: argparse.Namespace, told: Any) -> Iterable[str]:
    from chatd.admin.office_shown import SHOWN

    if options.action == "trace":
        from chatd.admin.watching import show_trace

        return show_trace(told)
    if options.action == "token_create":
        # Alone on its line, so that TOKEN=$(chatctl token create …) works.
        return (told.token,)
    if options.command not in SHOWN:
        note(options, f"good until {moment(told.expires)}")
        return (told.link,)
    return SHOWN[options.command](told)
