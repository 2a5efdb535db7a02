"""Renewing what another site vouched for, while it is in use."""

from typing import Protocol

from chatd.core.principal import Principal


class Renewals(Protocol):
    async def renew(self, actor: Principal, token: str) -> int:
        """The credential of ``actor`` is good until the end that ``token`` says from now on, on all
        of its connections; that end in Unix ms. Refusals: `unauthorized` where the token is not
        good, `forbidden` where it is another person's, `wrong-state` where the credential is
        nothing that a site vouched for, `rate-limited`, `unavailable`."""
