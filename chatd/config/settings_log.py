"""The settings of the log and of what /readyz looks at; both hold from a reload on."""

from dataclasses import dataclass

from chatd.config.setting import between, one_of, setting

LEVELS = ("debug", "info", "warn", "error", "critical")


def _levels(value: dict[str, str]) -> str | None:
    if all(word in LEVELS for word in value.values()):
        return None
    return f'levels for namespaces, such as "chatd.push" = "debug": {", ".join(LEVELS)}'


@dataclass(frozen=True, slots=True)
class Log:
    """[log]: what is logged, and in which form."""

    format: str = setting(
        "text",
        "text: lines for people. json: one object a line. journal: to systemd's journal with fields"
        " of its own, and text where the daemon does not write to one.",
        check=one_of("text", "json", "journal"),
    )
    level: str = setting("info", "The least level that is logged.", check=one_of(*LEVELS))
    levels: dict[str, str] = setting(
        {},
        "Other levels for some namespaces and all below them; as a table of its own it reads"
        ' [log.levels] and "chatd.push" = "debug".',
        check=_levels,
    )


@dataclass(frozen=True, slots=True)
class Health:
    """[health]: when the daemon calls itself ready."""

    memory_bytes: int = setting(
        0,
        "With more resident memory than this /readyz says not ready, so that a balancer sends"
        " newcomers elsewhere; whoever is connected stays. 0: no such mark.",
        unit="bytes",
        check=between(0, 2**50),
    )
