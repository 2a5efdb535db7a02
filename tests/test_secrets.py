"""Every secret says by its beginning what it is for, so that one that leaked is known for it."""

from chatd.auth import account_links, credentials, devices, invitations, steps, tickets
from chatd.features import room_links

PREFIXES = [
    credentials.SESSION_PREFIX,
    credentials.TOKEN_PREFIX,
    credentials.SITE_PREFIX,
    devices.DEVICE_PREFIX,
    steps.STEP_PREFIX,
    tickets.TICKET_PREFIX,
    invitations.INVITATION_PREFIX,
    room_links.PREFIX,
    *account_links.PREFIXES.values(),
]


def test_no_two_kinds_of_secrets_begin_alike() -> None:
    for one in PREFIXES:
        assert [each for each in PREFIXES if each.startswith(one)] == [one]
