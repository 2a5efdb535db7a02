"""How much the caller may still ask for, in the headers of draft-ietf-httpapi-ratelimit-headers-10.

Each policy is one of the person's buckets, which connections and requests share: `q` is what fits,
`w` the seconds in which an empty one fills. `r` is what is left, `t` the seconds until it is full.
"""

from collections.abc import Sequence
from math import ceil

from chatd.core.bucket import Buckets
from chatd.edge.headers import Header
from chatd.session.budgets import UserBudgets


def rate_headers(budgets: UserBudgets, user: str, now: float) -> Sequence[Header]:
    policies: Sequence[tuple[str, Buckets[str]]] = (
        ("commands", budgets.messages),
        ("reads", budgets.reads),
    )
    fits, left = [], []
    for name, buckets in policies:
        rate, there = buckets.rate, buckets.left(user, now)
        fits.append(f'"{name}";q={int(rate.burst)};w={ceil(rate.burst / rate.per_second)}')
        filled = ceil((rate.burst - there) / rate.per_second)
        left.append(f'"{name}";r={int(there)};t={filled}')
    return ("RateLimit-Policy", ", ".join(fits)), ("RateLimit", ", ".join(left))
