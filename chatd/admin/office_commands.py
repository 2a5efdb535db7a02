"""What the office does, as it is typed: accounts, sessions, tokens, invitations, networks, webhook
and mail."""

import argparse
from typing import Any

from chatd.admin.declaring import command, dry_run, group
from chatd.admin.numbers import LONGEST_DAYS, LONGEST_INVITATION_DAYS, duration, whole
from chatd.core.scopes import SCOPES


def action(commands: Any, name: str, action: str, text: str) -> argparse.ArgumentParser:
    """A command that the office carries out; ``action``: its name there."""
    made = command(commands, name, _perform, text)
    made.set_defaults(action=action)
    return made


def _perform(options: argparse.Namespace) -> int:
    from chatd.admin.performing import perform

    return perform(options)


def users(commands: Any) -> None:
    kinds = group(
        commands,
        "user",
        "accounts: add, list, password, reset, factors, reset-factors, disable, enable, admin,"
        " delete",
    )
    add = action(kinds, "add", "user_add", "make an account")
    add.add_argument("name")
    add.add_argument("--admin", action="store_true", help="an administrator")
    add.add_argument(
        "--bot",
        action="store_true",
        help="for a program: shown as one, and told of nothing by mail or push",
    )
    add.add_argument(
        "--password",
        action="store_true",
        dest="ask_password",
        help="ask for a password (or read it from standard input); without one the account signs"
        " in by token only",
    )
    action(kinds, "list", "user_list", "list all accounts")
    password = action(kinds, "password", "user_password", "set a new password, end all sessions")
    password.add_argument("name")
    dry_run(password)
    password.set_defaults(ask_password=True)
    reset = action(kinds, "reset", "user_reset", "make a link to a new password, for a day")
    reset.add_argument("name")
    factors = action(kinds, "factors", "user_factors", "what one has besides the password")
    factors.add_argument("name")
    without = action(
        kinds,
        "reset-factors",
        "user_reset_factors",
        "take somebody's codes and passkeys away, end all sessions: the password is enough again",
    )
    without.add_argument("name")
    dry_run(without)
    delete = action(kinds, "delete", "user_delete", "delete an account for good")
    delete.add_argument("name")
    delete.add_argument("--erase", action="store_true", help="and everything it said")
    dry_run(delete)
    for verb, disabled, text in (
        ("disable", True, "shut somebody out, at once"),
        ("enable", False, "let somebody in again"),
    ):
        one = action(kinds, verb, "user_disable", text)
        one.add_argument("name")
        one.set_defaults(fixed={"disabled": disabled})
        if disabled:
            dry_run(one)
    admin = action(kinds, "admin", "user_admin", "make somebody an administrator, or no longer")
    admin.add_argument("name")
    admin.add_argument(
        "--remove", action="store_false", dest="admin", help="no longer; the account stays"
    )
    dry_run(admin)


def sessions(commands: Any) -> None:
    kinds = group(commands, "session", "what somebody is signed in by, tokens too: list, end")
    _list(kinds)
    end = _end(kinds)
    which = end.add_mutually_exclusive_group(required=True)
    which.add_argument("id", nargs="?", help="as `session list` shows it")
    which.add_argument(
        "--all", action="store_const", const=None, dest="id", help="every session and token"
    )
    dry_run(end)


def tokens(commands: Any) -> None:
    kinds = group(commands, "token", "bearer tokens of programs: create, list, end")
    create = action(kinds, "create", "token_create", "make a token; it is shown once")
    create.add_argument("name")
    create.add_argument("--label", default="", help="what it is for")
    create.add_argument("--days", type=duration(LONGEST_DAYS), help="how long it is good (no end)")
    create.add_argument(
        "--scope",
        action="append",
        choices=sorted(SCOPES),
        dest="scopes",
        metavar="SCOPE",
        help="something it may do, as often as wanted; without one it may do all its owner may:"
        f" {', '.join(sorted(SCOPES))}",
    )
    _list(kinds)
    end = _end(kinds)
    end.add_argument("id", help="as `token list` shows it")
    dry_run(end)


def _list(kinds: Any) -> None:
    listed = action(kinds, "list", "token_list", "list somebody's sessions and tokens")
    listed.add_argument("name")


def _end(kinds: Any) -> argparse.ArgumentParser:
    end = action(kinds, "end", "token_end", "end a session or token, close its connections")
    end.add_argument("name")
    return end


def invitations(commands: Any) -> None:
    kinds = group(commands, "invitation", "the way in for new people: create, list, withdraw")
    for among, name in ((kinds, "create"), (commands, "invite")):
        text = "make an invitation link"
        invite = action(among, name, "invitation_create", text)
        invite.add_argument(
            "--days",
            type=duration(LONGEST_INVITATION_DAYS),
            default=7.0,
            help="how long it is good (7)",
        )
        invite.add_argument(
            "--uses", type=whole(1, 1_000), default=1, help="for how many people (1)"
        )
    action(kinds, "list", "invitation_list", "list those that are open")
    withdraw = action(kinds, "withdraw", "invitation_withdraw", "let nobody come in by it any more")
    withdraw.add_argument("id", help="as `invitation list` shows it")
    dry_run(withdraw)
    action(commands, "setup-link", "setup_link", "the link for the first administrator")


def addresses(commands: Any) -> None:
    kinds = group(commands, "address", "networks nobody may come from: block, unblock, list")
    block = action(kinds, "block", "address_block", "shut a network out, and who is here from it")
    block.add_argument("network", help="203.0.113.7, 203.0.113.0/24, 2001:db8::/32")
    block.add_argument("--reason", default="", help="for those who look later")
    block.add_argument("--days", type=duration(LONGEST_DAYS), help="for how long (for good)")
    dry_run(block, "say how many connections would go")
    unblock = action(kinds, "unblock", "address_unblock", "let people come from there again")
    unblock.add_argument("network")
    action(kinds, "list", "address_list", "list the networks that are blocked")


def outgoing(commands: Any) -> None:
    kinds = group(commands, "webhook", "the outgoing webhook: test, status")
    action(kinds, "test", "webhook_test", "send a signed ping and say how that went")
    action(kinds, "status", "webhook_status", "how far it came, and how it does")
    kinds = group(commands, "mail", "mail: test")
    test = action(kinds, "test", "mail_test", "send a mail and say how that went")
    test.add_argument("address")
