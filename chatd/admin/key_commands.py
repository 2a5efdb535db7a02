"""chatctl token-key, as it is typed; what it does is loaded when it is asked for."""

import argparse
from pathlib import Path
from typing import Any

from chatd.admin.answering import Exit, No, done
from chatd.admin.declaring import command, dry_run, group
from chatd.admin.where import config_of


def declare(commands: Any) -> None:
    kinds = group(commands, "token-key", "the keys of other sites: add, list, remove")
    add = command(kinds, "add", _add, "make a key, and say how tokens are made with it")
    add.add_argument("name", help="whose it is, such as shop")
    add.add_argument("--issuer", help="whose tokens alone it is for (site.issuer)")
    add.add_argument("--public", type=Path, metavar="FILE", help="PEM of the site's public key")
    add.add_argument(
        "--alg", choices=("RS256", "PS256", "ES256", "EdDSA"), help="with --public: for what it is"
    )
    command(kinds, "list", _list, "list the keys")
    remove = command(kinds, "remove", _remove, "remove a key")
    remove.add_argument("kid", help="as `token-key list` shows it")
    dry_run(remove)


def _add(options: argparse.Namespace) -> int:
    from chatd.admin import token_key
    from chatd.config.reading import load

    path = config_of(options)
    if options.alg is not None and options.public is None:
        raise No("--alg goes with --public.", "usage", Exit.USAGE)
    made, lines = token_key.add(
        load(path), path, options.name, options.issuer, options.public, options.alg
    )
    return done(options, made, lines)


def _list(options: argparse.Namespace) -> int:
    from chatd.admin import token_key
    from chatd.config.reading import load

    path = config_of(options)
    keys = token_key.listed(load(path), path)
    exit = Exit.WRONG if any(key.wrong for key in keys) else Exit.DONE
    return done(options, keys, token_key.shown(keys), exit)


def _remove(options: argparse.Namespace) -> int:
    from chatd.admin import token_key
    from chatd.config.reading import load

    path = config_of(options)
    removed = token_key.remove(load(path), path, options.kid, dry_run=options.dry_run)
    return done(options, removed, token_key.shown_removed(removed))
