"""chatctl: the operator's command."""

import argparse
import getpass
import json
import os
import pwd
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chatd import __version__
from chatd.admin import key_commands, office_commands, watching
from chatd.admin.backup import command as backup
from chatd.admin.doctor import command as doctor
from chatd.admin.shown import plain
from chatd.config import ConfigError, load
from chatd.settings import Settings, describe

#: Looked for in this order where --config and CHATD_CONFIG name none.
USUAL = (Path("var/chatd.toml"), Path("/etc/chatd/chatd.toml"))

EXIT_OK, EXIT_REFUSED, EXIT_USAGE, EXIT_CONFIG = 0, 1, 2, 3


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code: 0 done, 1 refused, 2 wrong use, 3 wrong configuration."""
    options = _parser().parse_args(argv)
    try:
        return int(options.run(options))
    except ConfigError as error:
        print(f"chatctl: {error}", file=sys.stderr)
        return EXIT_CONFIG
    except BrokenPipeError:
        return EXIT_REFUSED
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="chatctl",
        description="Administers a chatd: with the daemon running through its control socket,"
        " otherwise on its store.",
    )
    parser.add_argument("--version", action="version", version=f"chatd {__version__}")
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        metavar="FILE",
        help="the configuration (else CHATD_CONFIG, var/chatd.toml, /etc/chatd/chatd.toml)",
    )
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    quickstart = commands.add_parser("quickstart", help="make a folder to serve this machine from")
    quickstart.add_argument("folder", type=Path, help="where; what is there is kept")
    quickstart.add_argument("--port", type=int, help="on localhost (8443)")
    quickstart.set_defaults(run=_quickstart)

    setup = commands.add_parser(
        "setup", help="open a server to others under a name, or make its first configuration"
    )
    setup.add_argument("host", nargs="?", help="such as chat.example.org; asks for what is missing")
    setup.add_argument(
        "--here", action="store_true", help="the first configuration, for this machine alone"
    )
    setup.add_argument("--certificate", default="", metavar="FILE", help="PEM, with its chain")
    setup.add_argument("--key", default="", metavar="FILE", help="PEM")
    setup.add_argument(
        "--behind-proxy", action="store_true", help="a web server on this machine ends TLS"
    )
    setup.add_argument("--quiet", action="store_true", help="say nothing but what went wrong")
    setup.set_defaults(run=_setup)

    check = commands.add_parser("check", help="say what is wrong with the configuration")
    check.set_defaults(run=_check)
    verify = commands.add_parser("verify", help="look whether a stopped daemon's data is sound")
    verify.set_defaults(run=_verify)
    debug = commands.add_parser("token-debug", help="say why a site's token is refused")
    debug.add_argument(
        "file", type=Path, nargs="?", help="with the token in it; else standard input is read"
    )
    debug.set_defaults(run=_token_debug)
    key_commands.declare(commands, _config)
    settings = commands.add_parser("settings", help="list every setting with unit and default")
    settings.set_defaults(run=_settings)

    action = office_commands.adding(_perform)
    office_commands.users(commands, action)
    office_commands.tokens(commands, action)
    office_commands.addresses(commands, action)
    invite = action(commands, "invite", "invitation_create", "make an invitation link")
    invite.add_argument("--days", type=float, default=7.0, help="how long it is good (7)")
    invite.add_argument("--uses", type=int, default=1, help="for how many people (1)")
    action(commands, "setup-link", "setup_link", "the link for the first administrator")
    reseal = action(
        commands, "reseal", "reseal", "after accounts.secret_file became another: seal anew with it"
    )
    reseal.add_argument("--dry-run", action="store_true", help="only say how many there are")
    action(commands, "status", "status", "what the daemon is doing")
    watching.add_commands(commands, _control, _perform)
    office_commands.outgoing(commands, action)
    backup.add(commands, _config)
    doctor.add(commands, _config)
    return parser


def _config(options: argparse.Namespace) -> Path:
    if options.config is not None:
        return Path(options.config)
    if named := os.environ.get("CHATD_CONFIG"):
        return Path(named)
    # Unlike Path.exists, no exception where the working folder may not be looked into.
    return next((path for path in USUAL if os.path.exists(path)), USUAL[-1])


def _control(options: argparse.Namespace) -> Path:
    return Path(load(_config(options)).server.control)


def _quickstart(options: argparse.Namespace) -> int:
    from chatd.admin import quickstart

    return quickstart.main(options.folder, options.port)


def _setup(options: argparse.Namespace) -> int:
    from chatd.admin import setup

    if (options.host is None) != options.here:
        print("chatctl: either a host, such as chat.example.org, or --here.", file=sys.stderr)
        return EXIT_USAGE
    place = setup.Place()
    if options.config is not None and options.config.parent != place.folder:
        folder = options.config.parent
        place = setup.Place(folder, folder / "state", group=None)
    return setup.main(
        options.host,
        place,
        certificate=options.certificate,
        key=options.key,
        behind_proxy=options.behind_proxy,
        quiet=options.quiet,
    )


def _settings(options: argparse.Namespace) -> int:
    print(describe())
    return EXIT_OK


def _check(options: argparse.Namespace) -> int:
    from chatd.edge import tls_files
    from chatd.safety import unsafe

    path = _config(options)
    settings = load(path)
    wrong = unsafe(settings)
    if not settings.tls.terminated and settings.tls.certificate and settings.tls.key:
        try:
            tls_files.load(
                Path(settings.tls.certificate), Path(settings.tls.key), datetime.now(UTC)
            )
        except tls_files.TlsFilesError as error:
            wrong.append(str(error))
    for text in dict.fromkeys(wrong):
        print(f"{path}: {text}", file=sys.stderr)
    if wrong:
        return EXIT_CONFIG
    print(f"{path}: nothing wrong.")
    return EXIT_OK


def _token_debug(options: argparse.Namespace) -> int:
    from chatd.admin import token_debug

    path = _config(options)
    return token_debug.main(load(path), path, options.file)


def _verify(options: argparse.Namespace) -> int:
    from chatd.store.errors import StoreError
    from chatd.store.verify import faults

    folder = Path(load(_config(options)).store.path)
    try:
        found = faults(folder)
    except StoreError as error:
        print(f"chatctl: {error}", file=sys.stderr)
        return EXIT_REFUSED
    for fault in found:
        print(f"{folder}: {fault}", file=sys.stderr)
    if found:
        print("chatctl: the data is damaged; restore the last backup.", file=sys.stderr)
        return EXIT_REFUSED
    print(f"{folder}: nothing wrong.")
    return EXIT_OK


#: What argparse keeps beside an action's own arguments.
_OWN = {"config", "json", "run", "action", "fixed", "ask_password"}


def _perform(options: argparse.Namespace) -> int:
    from chatd.admin.control import NotRunning, ask
    from chatd.store.errors import StoreError

    settings = load(_config(options))
    arguments = {key: value for key, value in vars(options).items() if key not in _OWN}
    arguments.update(getattr(options, "fixed", {}))
    if getattr(options, "ask_password", False):
        arguments["password"] = _password()
    try:
        answer = ask(Path(settings.server.control), options.action, arguments)
    except NotRunning:
        if options.action == "status":
            print("chatctl: the daemon is not running.", file=sys.stderr)
            return EXIT_REFUSED
        from chatd.admin.offline import perform_offline

        if (other := _owned_by_another(Path(settings.store.path))) is not None:
            print(f"chatctl: {other}", file=sys.stderr)
            return EXIT_REFUSED
        try:
            answer = perform_offline(settings, options.action, arguments)
        except StoreError as error:
            print(f"chatctl: {error}", file=sys.stderr)
            return EXIT_REFUSED
    except OSError as error:
        print(f"chatctl: {settings.server.control}: {error.strerror or error}.", file=sys.stderr)
        return EXIT_REFUSED
    if "refused" in answer:
        print(f"chatctl: {plain(answer['refused']['message'])}", file=sys.stderr)
        return EXIT_REFUSED
    _show(answer["done"], options, settings)
    return EXIT_OK


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
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Once more: ") != first:
        print("chatctl: the two differ; nothing was changed.", file=sys.stderr)
        raise SystemExit(EXIT_USAGE)
    return first


def _show(done: Any, options: argparse.Namespace, settings: Settings) -> None:
    if options.json:
        print(json.dumps(done, indent=2))
    elif options.action == "trace":
        print("\n".join(watching.show_trace(done)))
    elif isinstance(done, list):
        _table(done)
    elif options.action == "token_create":
        # Alone on its line, so that TOKEN=$(chatctl token create …) works.
        print(done["token"])
    elif "link" in done:
        print(done["link"])
        print(f"good until {_time(done['expires'])}", file=sys.stderr)
    else:
        for key, value in done.items():
            print(f"{key:<12} {_value(key, value)}")


def _table(rows: list[dict[str, Any]]) -> None:
    if not rows:
        print("none")
        return
    cells = [list(rows[0])] + [[_value(key, value) for key, value in row.items()] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        print(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        )


def _value(key: str, value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key in ("created", "seen", "expires"):
        return _time(value)
    return plain(str(value))


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000).astimezone().strftime("%Y-%m-%d %H:%M")


if __name__ == "__main__":
    sys.exit(main())
