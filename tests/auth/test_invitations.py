"""Becoming somebody here, where several try at the same moment."""

from chatd.auth.credentials import Credentials
from chatd.auth.invitations import Invitations
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from tests.fakes.accounts import FakeAccounts
from tests.fakes.clock import FakeClock
from tests.fakes.drive import Promise, drive, run


class SlowPasswords:
    """Hashes when the test says so."""

    def __init__(self):
        self.waiting = []

    async def hash(self, password, name="", stranger=None):
        self.waiting.append(Promise())
        return await self.waiting[-1]


def test_two_setup_links_used_at_once_make_one_administrator():
    store, clock, passwords, serial = FakeAccounts(), FakeClock(), SlowPasswords(), iter(range(99))

    def random(count):
        return next(serial).to_bytes(count, "big")

    credentials = Credentials(store, clock, random)
    invitations = Invitations(store, passwords, credentials, clock, random)
    links = [run(invitations.create_setup()) for _ in range(2)]
    made = []

    async def set_up(link, name):
        try:
            made.append((await invitations.register(link.secret, name, "-", setup=True)).admin)
        except Refusal as refusal:
            made.append(refusal.code)

    # Both found no administrator; then both are hashed for.
    for link, name in zip(links, ("anna", "bert"), strict=True):
        drive(set_up(link, name))
    for hashed in passwords.waiting:
        hashed.fire("phc")
    assert made == [True, Code.GONE]
    assert [row.name for row in store.users.values()] == ["anna"]
