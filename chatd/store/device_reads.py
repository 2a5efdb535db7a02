"""Reads of the programs that wait to be let in."""

from chatd.engine.devices import DeviceRow
from chatd.store.database import Database, Row

_DEVICE = "select digest, label, address, created, expires, person, refused from device_codes"


def device(database: Database, digest: bytes) -> DeviceRow | None:
    row = database.row(_DEVICE + " where digest = :digest", {"digest": digest})
    return _device(row) if row else None


def device_asked(database: Database, user_digest: bytes) -> DeviceRow | None:
    row = database.row(_DEVICE + " where user_digest = :digest", {"digest": user_digest})
    return _device(row) if row else None


def _device(row: Row) -> DeviceRow:
    digest, label, address, created, expires, person, refused = row
    return DeviceRow(digest, label, address, created, expires, person, bool(refused))
