"""What a reload changes at once, and what waits for the next start."""

from dataclasses import dataclass, fields, replace

from chatd.settings import LimitSettings, Settings
from chatd.wire.frames import Limits

#: Limits that hold for a connection from one frame to the next. Autobahn keeps its own copy of the
#: largest frame from the start.
LIVE = tuple(name for name in Limits.__struct_fields__ if name != "frame_bytes")

#: Sections that hold at once, whatever changes in them.
AT_ONCE = ("page", "log", "health")

#: Files that are read again without a start: a secret is changed while the daemon runs.
READ_AGAIN = (
    "webhook.secret_file",
    "webhook.old_secret_file",
    "site.key_file",
    "site.keys",
)


@dataclass(frozen=True, slots=True)
class Changed:
    """``limits``: names applied at once; ``later``: "section.name" of what waits for a start;
    ``applied``: the limits that hold from now on."""

    limits: tuple[str, ...]
    later: tuple[str, ...]
    applied: LimitSettings


def changed(old: Settings, new: Settings) -> Changed:
    """What differs between the settings in force and those read anew."""
    live = tuple(name for name in LIVE if getattr(old.limits, name) != getattr(new.limits, name))
    later = []
    after = dict(new.sections())
    for section, before in old.sections():
        # Providers are taken over whole, which there may be others of by now.
        if section.startswith("provider."):
            continue
        for item in fields(before):
            same = getattr(before, item.name) == getattr(after[section], item.name)
            name = f"{section}.{item.name}"
            live_limit = section == "limits" and item.name in LIVE
            at_once = live_limit or section in AT_ONCE or name in READ_AGAIN
            if not same and not at_once:
                later.append(name)
    applied = replace(old.limits, **{name: getattr(new.limits, name) for name in live})
    return Changed(live, tuple(later), applied)
