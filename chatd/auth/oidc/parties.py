"""The providers there are, as they are now configured."""

from collections.abc import Sequence

from chatd.auth.oidc.party import Party
from chatd.core.codes import Code
from chatd.core.refusal import Refusal


class Parties:
    def __init__(self, parties: Sequence[Party] = ()) -> None:
        self.set(parties)

    def set(self, parties: Sequence[Party]) -> None:
        """These from now on; they are listed in this order."""
        self._by_name = {party.provider.name: party for party in parties}
        self._by_issuer = {party.provider.issuer: party for party in parties}

    def all(self) -> tuple[Party, ...]:
        return tuple(self._by_name.values())

    def named(self, name: str) -> Party:
        """Refusal `not-found`."""
        party = self._by_name.get(name)
        if party is None:
            raise Refusal(Code.NOT_FOUND, "There is no such provider here (any more).")
        return party

    def of(self, issuer: str) -> Party | None:
        return self._by_issuer.get(issuer)
