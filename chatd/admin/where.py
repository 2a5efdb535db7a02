"""Which configuration is meant."""

import argparse
import os
from pathlib import Path

#: Looked for in this order if --config and CHATD_CONFIG name none.
USUAL = (Path("var/chatd.toml"), Path("/etc/chatd/chatd.toml"))


def config_of(options: argparse.Namespace) -> Path:
    if options.config is not None:
        return Path(options.config)
    if named := os.environ.get("CHATD_CONFIG"):
        return Path(named)
    # Unlike Path.exists, no exception if the working folder may not be looked into.
    return next((path for path in USUAL if os.path.exists(path)), USUAL[-1])


def control_of(options: argparse.Namespace) -> Path:
    """The control socket. A bad setting, which the next start would meet, keeps nobody from the
    daemon that runs; otherwise ConfigError."""
    from chatd.config.reading import ConfigError, load

    path = config_of(options)
    try:
        return Path(load(path).server.control)
    except ConfigError:
        if (control := _control_nonetheless(path)) is None:
            raise
        return control


def _control_nonetheless(path: Path) -> Path | None:
    """The socket that is there, if the file is at least TOML."""
    import tomllib

    from chatd.config.settings import Server
    from chatd.config.settings_store import Storage

    try:
        tree = tomllib.loads(path.read_text("utf-8"))
        store = path.parent / tree.get("store", {}).get("path", Storage().path)
        control = store / tree.get("server", {}).get("control", Server().control)
        return control.resolve() if control.is_socket() else None
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return None
