"""When the next try for a certificate is due. Pure: times are seconds since 1970.

An authority counts what is asked of it. Let's Encrypt accepts five failed validations an hour for a
name, and five certificates a week for the same names (letsencrypt.org/docs/rate-limits): hence
`HOURLY`, whatever happens, including starts and reloads, and waits that double.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal

HOUR: Final = 3600.0
#: Most tries within an hour.
HOURLY: Final = 4
#: A certificate is renewed when this share of its life is left, as Let's Encrypt recommends, and up
#: to a tenth of that earlier, so that not everybody comes at once.
SHARE: Final = 1 / 3
EARLIER: Final = 0.1
#: Longest wait, however long an authority asks for.
LONGEST: Final = 7 * 24 * HOUR

Kind = Literal[
    "unreachable", "untrusted", "directory", "refused", "rate-limited", "account", "fault"
]
"""Why a try failed: no answer; a server that is not to be trusted; one that speaks no ACME; the
authority did not find us at a name; too much was asked; the account was not given or is no more;
anything else."""

#: First wait and longest one.
_WAITS: Final[dict[str, tuple[float, float]]] = {
    "unreachable": (60.0, HOUR),
    "rate-limited": (HOUR, 24 * HOUR),
}
_USUAL: Final = (HOUR / 4, 12 * HOUR)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the tries so far brought. ``asked``: a word for what is wanted, so that another wish
    begins afresh; ``tries``: those of the last hour; ``failures``: in a row; ``kind`` and ``why``
    are the last one's, "" if it went well; ``not_before``: no try until then."""

    asked: str = ""
    tries: tuple[float, ...] = ()
    failures: int = 0
    kind: str = ""
    why: str = ""
    not_before: float = 0.0


def renewal(since: float, until: float, share: float) -> float:
    """When to renew what is good from ``since`` to ``until``; ``share``, from 0 to 1, is the
    certificate's own and says how much earlier."""
    left = (until - since) * SHARE
    return until - left * (1 + EARLIER * share)


def next_try(standing: Standing, due: float, now: float) -> float:
    """``due``: when a certificate is wanted."""
    tries = _believed(standing, now)
    free = tries[-HOURLY] + HOUR if len(tries) >= HOURLY else 0.0
    # The wait began with the last try.
    wait = standing.not_before if tries == standing.tries else 0.0
    return max(due, wait, free)


def _believed(standing: Standing, now: float) -> tuple[float, ...]:
    """Without tries in the future, which come from a clock that was set back."""
    return tuple(each for each in standing.tries if each <= now)


def begun(standing: Standing, now: float) -> Standing:
    """A try begins."""
    recent = (*(each for each in _believed(standing, now) if now - HOUR < each), now)
    return replace(standing, tries=recent[-HOURLY:])


def failed(
    standing: Standing,
    now: float,
    kind: Kind,
    why: str,
    after: float,
    random: Callable[[], float],
) -> Standing:
    """A try failed. ``after``: seconds that the authority asked us to wait, 0 for none; ``random``:
    a number from 0 to 1."""
    failures = standing.failures + 1
    first, longest = _WAITS.get(kind, _USUAL)
    wait = min(longest, first * 2.0 ** min(failures - 1, 30))
    wait = max(wait * (1 + EARLIER * random()), min(after, LONGEST))
    return replace(standing, failures=failures, kind=kind, why=why, not_before=now + wait)


def succeeded(standing: Standing) -> Standing:
    return Standing(asked=standing.asked, tries=standing.tries)


def hurried(standing: Standing) -> Standing:
    """Somebody may have fixed something: the next try comes at once, but not against the
    authority's word."""
    if standing.kind == "rate-limited":
        return standing
    return replace(standing, not_before=0.0)
