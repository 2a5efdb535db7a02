"""One order at an authority, from its directory to the certificate. It blocks, and runs in a
process of its own (`order.py`)."""

import datetime
import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from acme import challenges, crypto_util, errors, messages
from acme.client import ClientV2
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from josepy.jwk import JWKEC

from chatd.acme.files import key_text, names_of
from chatd.acme.lines import Wish
from chatd.acme.network import Network
from chatd.acme.schedule import Kind
from chatd.admin.files import write_private

#: Seconds for an authority to look at all names, and again to sign.
PATIENCE: Final = 120.0

#: In a directory, RFC 8555 §7.1.1.
_NEEDED: Final = ("newNonce", "newAccount", "newOrder")

Present = Callable[[Mapping[str, str]], None]
"""Has the challenges of these names answered: a key authorization for each. Returns once it is."""


class NotGiven(Exception):
    """Why there is no certificate: a sentence for people."""

    def __init__(self, kind: Kind, why: str) -> None:
        super().__init__(why)
        self.kind = kind


class TlsAlpn01Response(challenges.KeyAuthorizationChallengeResponse):
    typ = "tls-alpn-01"


@challenges.Challenge.register
class TlsAlpn01(challenges.KeyAuthorizationChallenge):
    """RFC 8737; the library itself knows only http-01 and dns-01."""

    response_cls = TlsAlpn01Response
    typ = response_cls.typ

    def validation(self, account_key: JWKEC, **named: Any) -> str:
        return str(self.key_authorization(account_key))


class Authority:
    def __init__(self, wish: Wish) -> None:
        self._wish = wish
        self._key = _account_key(wish)
        self.network = Network(self._key, wish.ca_file)

    def certificate(self, present: Present) -> bytes:
        """Key and chain as PEM. NotGiven; otherwise what `failures.told` knows."""
        client = ClientV2(self._directory(), self.network)
        self._sign_in(client)
        key = ec.generate_private_key(ec.SECP256R1())
        order = client.new_order(crypto_util.make_csr(key_text(key), self._wish.domains))
        self._prove(client, order, present)
        order = client.poll_authorizations(order, _deadline())
        text = client.finalize_order(order, _deadline()).fullchain_pem
        return key_text(key) + _checked(text, key, self._wish.domains)

    def _directory(self) -> messages.Directory:
        found = self.network.get(self._wish.directory).json()
        if not isinstance(found, dict) or not all(_secure(found.get(name)) for name in _NEEDED):
            raise NotGiven("directory", "what answers at acme.directory is no ACME directory")
        return messages.Directory.from_json(found)

    def _sign_in(self, client: ClientV2) -> None:
        """Makes the account, or uses the one that the key has."""
        if client.external_account_required():
            raise NotGiven(
                "account",
                "the authority wants an account that was made elsewhere (external account binding),"
                " which chatd does not do: use another one, or certbot",
            )
        contact = self._wish.contact or None
        wanted = messages.NewRegistration.from_data(email=contact, terms_of_service_agreed=True)
        try:
            client.new_account(wanted)
        except errors.ConflictError as error:
            known = messages.RegistrationResource(body=messages.Registration(), uri=error.location)
            self.network.account = known
            if contact:
                client.update_registration(known, messages.Registration.from_data(email=contact))

    def _prove(self, client: ClientV2, order: messages.OrderResource, present: Present) -> None:
        """Answers the challenges of all names that are not yet proven."""
        found = {}
        for each in order.authorizations:
            if each.body.status == messages.STATUS_PENDING:
                found[each.body.identifier.value] = _challenge(each.body)
        present({name: one.chall.validation(self._key) for name, one in found.items()})
        for one in found.values():
            client.answer_challenge(one, one.chall.response(self._key))


def _secure(url: object) -> bool:
    return isinstance(url, str) and url.startswith("https://")


def _challenge(authorization: messages.Authorization) -> messages.ChallengeBody:
    for one in authorization.challenges:
        if isinstance(one.chall, TlsAlpn01):
            return one
    raise NotGiven(
        "refused",
        f"for {authorization.identifier.value} the authority offers no challenge tls-alpn-01",
    )


def _account_key(wish: Wish) -> JWKEC:
    """One for each authority; made if there is none."""
    name = hashlib.sha256(wish.directory.encode()).hexdigest()[:12]
    path = Path(wish.folder) / f"account-{name}.pem"
    if not path.exists():
        write_private(path, key_text(ec.generate_private_key(ec.SECP256R1())))
    return JWKEC(key=serialization.load_pem_private_key(path.read_bytes(), None))


def _checked(text: str, key: ec.EllipticCurvePrivateKey, domains: Sequence[str]) -> bytes:
    """The chain, for our key and all names, or NotGiven."""
    try:
        chain = x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        raise NotGiven("fault", "what the authority gave is no certificate") from None
    if chain[0].public_key() != key.public_key() or not names_of(chain[0]) >= set(domains):
        raise NotGiven("fault", "the authority gave a certificate for something else")
    return b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain)


def _deadline() -> datetime.datetime:
    # The library computes with local times.
    return datetime.datetime.now() + datetime.timedelta(seconds=PATIENCE)
