"""chatctl provider, as it is typed."""

import argparse
from typing import Any

from chatd.admin.answering import Exit, No, done
from chatd.admin.declaring import command, group
from chatd.admin.where import config_of


def declare(commands: Any) -> None:
    kinds = group(commands, "provider", "OpenID providers people sign in at: list, check")
    command(kinds, "list", _list, "list those of the configuration")
    text = "ask each whether people could sign in there, and say what to register"
    check = command(kinds, "check", _check, text)
    check.add_argument("name", nargs="?", help="only this one, as in [provider.NAME]")


def _list(options: argparse.Namespace) -> int:
    from chatd.admin.provider_check import row, shown_rows
    from chatd.config.reading import load
    from chatd.providers import declaration

    settings = load(config_of(options))
    rows = [row(declaration(name, each, settings)) for name, each in settings.provider.items()]
    return done(options, rows, shown_rows(rows))


def _check(options: argparse.Namespace) -> int:
    from chatd.admin.answers import CheckedProvider
    from chatd.admin.provider_check import checked, shown
    from chatd.admin.reacting import until_done
    from chatd.config.reading import ConfigError, load
    from chatd.config.safety import provider_faults
    from chatd.parts import SystemClock
    from chatd.providers import declaration, fetcher_for

    path = config_of(options)
    settings = load(path)
    wanted = settings.provider
    if options.name is not None:
        if options.name not in wanted:
            raise No(f"{path} has no [provider.{options.name}].", "not-found")
        wanted = {options.name: wanted[options.name]}
    if wrong := provider_faults(wanted, settings.site):
        raise ConfigError("\n".join(f"{path}: {text}" for text in wrong))

    async def work(reactor: Any) -> list[CheckedProvider]:
        found = []
        for name, each in wanted.items():
            fetch = fetcher_for(reactor, SystemClock(), name, each)
            try:
                found.append(await checked(declaration(name, each, settings), fetch))
            finally:
                await fetch.stop()
        return found

    found = until_done(work) if wanted else []
    exit = Exit.DONE if all(each.passed for each in found) else Exit.WRONG
    return done(options, found, shown(found), exit)
