"""Renewing what another site vouched for, while it is in use."""

from typing import Protocol

from chatd.core.principal import Principal


class Renewals(Protocol):
    async def renew(self, actor: Principal, token: str) -> int:
        """The credential of ``actor`` is now good until the end that ``token`` states, on all its
        connections; returns that end in Unix ms. Refusals: `unauthorized` if the token is not good,
        `forbidden` if it is another person's, `wrong-state` if the credential is not one that a
        site vouched for, `rate-limited`, `unavailable`."""
