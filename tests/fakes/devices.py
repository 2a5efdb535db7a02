"""The store as letting programs in sees it, in memory."""

from dataclasses import replace

from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.engine.accounts import EndCredential
from chatd.engine.devices import AnswerDevice, CreateDevice, DeviceRow, TakeDevice
from chatd.engine.rows import Committed
from chatd.engine.unit import Change, Unit
from tests.fakes.accounts import FakeAccounts


class FakeDevices(FakeAccounts):
    def __init__(self) -> None:
        super().__init__()
        self.devices: dict[bytes, DeviceRow] = {}
        #: by the digest of the short code
        self.codes: dict[bytes, bytes] = {}

    async def device(self, digest: bytes) -> DeviceRow | None:
        await self._arrive("device")
        return self.devices.get(digest)

    async def device_asked(self, user_digest: bytes) -> DeviceRow | None:
        return self.devices.get(self.codes.get(user_digest, b""))

    async def commit(self, unit: Unit) -> Committed:
        saved = dict(self.devices)
        try:
            return await super().commit(unit)
        except Refusal:
            self.devices = saved
            raise

    def _apply(self, change: Change) -> None:
        match change:
            case CreateDevice():
                if len(self.devices) >= change.most_here:
                    raise Refusal(Code.LIMIT_REACHED, "Too many wait.")
                self.codes[change.user_digest] = change.digest
                self.devices[change.digest] = DeviceRow(
                    change.digest,
                    change.label,
                    change.address,
                    change.at,
                    change.expires,
                    None,
                    False,
                )
            case AnswerDevice():
                digest = self.codes.get(change.user_digest, b"")
                row = self.devices.get(digest)
                if row is None or row.person is not None or row.expires <= change.now:
                    raise Refusal(Code.GONE, "It is gone.")
                self.devices[digest] = replace(row, person=change.person, refused=not change.allow)
            case TakeDevice():
                if self.devices.pop(change.digest, None) is None:
                    raise Refusal(Code.GONE, "It is gone.")
            case EndCredential() if change.id is None:
                self.devices = {
                    digest: row for digest, row in self.devices.items() if row.person != change.user
                }
                super()._apply(change)
            case _:
                super()._apply(change)
