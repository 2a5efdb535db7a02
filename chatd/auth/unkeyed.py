"""Ends what rests on a key that is no longer believed."""

from collections.abc import Callable
from typing import Final, Protocol

from chatd.auth.credentials import Ended
from chatd.engine.accounts import EndCredential
from chatd.engine.identities import IdentityReads
from chatd.engine.ports import Writer
from chatd.engine.unit import Unit

#: Most credentials that end in one commit.
AT_ONCE: Final = 200


class Store(Writer, IdentityReads, Protocol):
    """The part of the store that this uses."""


async def end_unkeyed(store: Store, stands: Callable[[str], bool], ended: Ended) -> int:
    """Ends all credentials whose signer does not ``stand``, tells of each, and returns how many."""
    gone = [one for one in await store.vouched() if not stands(one.signer)]
    for first in range(0, len(gone), AT_ONCE):
        some = gone[first : first + AT_ONCE]
        changes = tuple(EndCredential(one.user, one.id) for one in some)
        await store.commit(Unit(some[0].user, changes=changes))
        for one in some:
            ended(one.user, one.id)
    return len(gone)
