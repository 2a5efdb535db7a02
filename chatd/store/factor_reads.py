"""Reads of what accounts have besides their password."""

from chatd.engine.factors import FactorsRow, PasskeyRow, TotpRow
from chatd.store.database import Database, Row
from chatd.store.promise import Promise
from chatd.store.readers import Readers

_TOTP = "select person, sealed, confirmed, step from totp"
_PASSKEY = "select id, person, name, key, count, created, seen from passkeys"


def factors(database: Database, user: str) -> FactorsRow:
    who = {"user": user}
    row = database.row(
        """
        select exists (select 1 from totp where person = :user and confirmed = 1),
               (select count(*) from recovery_codes where person = :user)
        """,
        who,
    )
    assert row is not None
    passkeys = database.rows(_PASSKEY + " where person = :user order by created, id", who)
    return FactorsRow(bool(row[0]), row[1], tuple(PasskeyRow(*each) for each in passkeys))


def totp(database: Database, user: str) -> TotpRow | None:
    row = database.row(_TOTP + " where person = :user", {"user": user})
    return None if row is None else _totp(row)


def totps(database: Database, after: str, limit: int) -> tuple[TotpRow, ...]:
    rows = database.rows(
        _TOTP + " where person > :after order by person limit :limit",
        {"after": after, "limit": limit},
    )
    return tuple(_totp(row) for row in rows)


def passkey(database: Database, id: bytes) -> PasskeyRow | None:
    row = database.row(_PASSKEY + " where id = :id", {"id": id})
    return PasskeyRow(*row) if row else None


def _totp(row: Row) -> TotpRow:
    person, sealed, confirmed, step = row
    return TotpRow(person, sealed, bool(confirmed), step)


class FactorReading:
    """The part of the store that asks for them."""

    _readers: Readers

    def factors(self, user: str) -> Promise[FactorsRow]:
        return self._readers.ask(factors, user)

    def totp(self, user: str) -> Promise[TotpRow | None]:
        return self._readers.ask(totp, user)

    def totps(self, after: str, limit: int) -> Promise[tuple[TotpRow, ...]]:
        return self._readers.ask(totps, after, limit)

    def passkey(self, id: bytes) -> Promise[PasskeyRow | None]:
        return self._readers.ask(passkey, id)
