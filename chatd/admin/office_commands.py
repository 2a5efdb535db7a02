"""What the office does, as it is typed: accounts, tokens, networks, webhook and mail."""

import argparse
from collections.abc import Callable
from typing import Any

from chatd.core.scopes import SCOPES

#: Declares one action: among which commands, how it is typed, its name, what it does.
Adding = Callable[[Any, str, str, str], argparse.ArgumentParser]


def adding(perform: Callable[[argparse.Namespace], int]) -> Adding:
    """``perform`` has the office carry out what was typed; its exit code."""

    def add(commands: Any, name: str, action: str, text: str) -> argparse.ArgumentParser:
        parser: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        parser.set_defaults(run=perform, action=action)
        return parser

    return add


def users(commands: Any, action: Adding) -> None:
    user = commands.add_parser(
        "user",
        help="accounts: add, list, password, reset, factors, reset-factors, disable, enable,"
        " admin, delete",
    )
    kinds = user.add_subparsers(metavar="WHAT", required=True)
    add = action(kinds, "add", "user_add", "make an account")
    add.add_argument("name")
    add.add_argument("--admin", action="store_true", help="an administrator")
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
    without.add_argument("--dry-run", action="store_true", help="only say what would go")
    delete = action(kinds, "delete", "user_delete", "delete an account for good")
    delete.add_argument("name")
    delete.add_argument("--erase", action="store_true", help="and everything it said")
    for verb, disabled, text in (
        ("disable", True, "shut somebody out, at once"),
        ("enable", False, "let somebody in again"),
    ):
        one = action(kinds, verb, "user_disable", text)
        one.add_argument("name")
        one.set_defaults(fixed={"disabled": disabled})
    admin = action(kinds, "admin", "user_admin", "make somebody an administrator")
    admin.add_argument("name")


def addresses(commands: Any, action: Adding) -> None:
    address = commands.add_parser(
        "address", help="networks nobody may come from: block, unblock, list"
    )
    kinds = address.add_subparsers(metavar="WHAT", required=True)
    block = action(kinds, "block", "address_block", "shut a network out, and who is here from it")
    block.add_argument("network", help="203.0.113.7, 203.0.113.0/24, 2001:db8::/32")
    block.add_argument("--reason", default="", help="for those who look later")
    block.add_argument("--days", type=float, help="for how long (for good)")
    block.add_argument("--dry-run", action="store_true", help="say how many connections would go")
    unblock = action(kinds, "unblock", "address_unblock", "let people come from there again")
    unblock.add_argument("network")
    action(kinds, "list", "address_list", "the networks that are blocked")


def outgoing(commands: Any, action: Adding) -> None:
    webhook = commands.add_parser("webhook", help="the outgoing webhook: test, status")
    kinds = webhook.add_subparsers(metavar="WHAT", required=True)
    action(kinds, "test", "webhook_test", "send a signed ping and say how that went")
    action(kinds, "status", "webhook_status", "how far it came, and how it does")
    mail = commands.add_parser("mail", help="mail: test")
    kinds = mail.add_subparsers(metavar="WHAT", required=True)
    test = action(kinds, "test", "mail_test", "send a mail and say how that went")
    test.add_argument("address")


def tokens(commands: Any, action: Adding) -> None:
    token = commands.add_parser("token", help="bearer tokens and sessions: create, list, end")
    kinds = token.add_subparsers(metavar="WHAT", required=True)
    create = action(kinds, "create", "token_create", "make a token; it is shown once")
    create.add_argument("name")
    create.add_argument("--label", default="", help="what it is for")
    create.add_argument("--days", type=float, help="how long it is good (no end)")
    create.add_argument(
        "--scope",
        action="append",
        choices=sorted(SCOPES),
        dest="scopes",
        metavar="SCOPE",
        help="something it may do, as often as wanted; without one it may do all its owner may:"
        f" {', '.join(sorted(SCOPES))}",
    )
    listed = action(kinds, "list", "token_list", "somebody's sessions and tokens")
    listed.add_argument("name")
    end = action(kinds, "end", "token_end", "end a session or token, close its connections")
    end.add_argument("name")
    end.add_argument("id")
