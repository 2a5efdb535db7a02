"""The engine as this server has it: all features, with what the settings say about them."""

import secrets
from typing import cast

from chatd import __version__, features
from chatd.config.settings import Settings
from chatd.config.translate import wire_limits
from chatd.engine.engine import Engine
from chatd.engine.profiles import Directory
from chatd.engine.pushes import PushOffer
from chatd.features.guests import GUESTS_MAY
from chatd.parts import Parts, server_keys
from chatd.told import log_fault


def engine(settings: Settings, parts: Parts, push: PushOffer | None) -> Engine:
    return Engine(
        features.ALL,
        parts.store,
        parts.clock,
        secrets.token_bytes,
        wire_limits(settings.limits, settings.files),
        log_fault,
        server=f"{settings.server.name} {__version__}",
        key=server_keys(settings)[0],
        directory=cast("Directory", settings.accounts.directory),
        push=push,
        guests=GUESTS_MAY,
    )
