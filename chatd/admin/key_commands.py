"""chatctl token-key, as it is typed; what it does is loaded when it is asked for."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from chatd.config import load

USAGE: Final = 2

#: Where the configuration lies, from what was typed.
Config = Callable[[argparse.Namespace], Path]


def declare(commands: Any, config: Config) -> None:
    key = commands.add_parser("token-key", help="the keys of other sites: add, list, remove")
    kinds = key.add_subparsers(metavar="WHAT", required=True)
    add = kinds.add_parser("add", help="make a key, and say how tokens are made with it")
    add.add_argument("name", help="whose it is, such as shop")
    add.add_argument("--issuer", help="whose tokens alone it is for (site.issuer)")
    add.add_argument("--public", type=Path, metavar="FILE", help="PEM of the site's public key")
    add.add_argument(
        "--alg", choices=("RS256", "PS256", "ES256", "EdDSA"), help="with --public: for what it is"
    )
    add.set_defaults(run=lambda options: _add(options, config(options)))
    listed = kinds.add_parser("list", help="list the keys")
    listed.set_defaults(run=lambda options: _list(options, config(options)))
    remove = kinds.add_parser("remove", help="remove a key")
    remove.add_argument("kid")
    remove.set_defaults(run=lambda options: _remove(options, config(options)))


def _add(options: argparse.Namespace, path: Path) -> int:
    from chatd.admin import token_key

    if options.alg is not None and options.public is None:
        print("chatctl: --alg goes with --public.", file=sys.stderr)
        return USAGE
    return token_key.add(
        load(path), path, options.name, options.issuer, options.public, options.alg
    )


def _list(options: argparse.Namespace, path: Path) -> int:
    from chatd.admin import token_key

    return token_key.listed(load(path), path, as_json=options.json)


def _remove(options: argparse.Namespace, path: Path) -> int:
    from chatd.admin import token_key

    return token_key.remove(load(path), path, options.kid)
