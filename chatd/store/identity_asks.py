"""What the store is asked about people who come from elsewhere."""

from collections.abc import Sequence

from chatd.engine.accounts import UserRow
from chatd.engine.identities import IdentityRow, NamedRoom, ProviderSessionRow, Vouched
from chatd.store import identity_reads
from chatd.store.promise import Promise
from chatd.store.readers import Readers


class IdentityAsks:
    """The part of `SqliteStore` that is `engine.identities.IdentityReads`."""

    _readers: Readers

    def identity(self, issuer: str, subject: str) -> Promise[UserRow | None]:
        return self._readers.ask(identity_reads.identity, issuer, subject)

    def identities(self, person: str) -> Promise[tuple[IdentityRow, ...]]:
        return self._readers.ask(identity_reads.identities, person)

    def vouched(self) -> Promise[tuple[Vouched, ...]]:
        return self._readers.ask(identity_reads.vouched)

    def provider_session(self, session: str) -> Promise[ProviderSessionRow | None]:
        return self._readers.ask(identity_reads.provider_session, session)

    def provider_sessions(
        self, issuer: str, subject: str | None, sid: str | None
    ) -> Promise[tuple[ProviderSessionRow, ...]]:
        return self._readers.ask(identity_reads.provider_sessions, issuer, subject, sid)

    def rooms_named(self, user: str, names: Sequence[str]) -> Promise[tuple[NamedRoom, ...]]:
        return self._readers.ask(identity_reads.rooms_named, user, names)
