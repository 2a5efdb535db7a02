"""How an ACME server is asked: verified TLS, no proxies, every answer bounded in bytes and time."""

import ssl
from typing import Any, Final, cast

import requests
from acme.client import ClientNetwork
from acme.messages import Error
from josepy.jwa import ES256
from josepy.jwk import JWKEC
from requests.adapters import HTTPAdapter

from chatd import __version__

#: Seconds for each step of a request: connecting, and each wait for bytes.
SECONDS: Final = 30
#: Most bytes of an answer; a chain of certificates has some thousands.
LARGEST: Final = 1_048_576
#: Servers reject nonces, sometimes several in a row; the library tries twice each time.
NONCES: Final = 5


class TooLong(requests.RequestException):
    """An answer beyond `LARGEST`."""


class Network(ClientNetwork):
    """``retry_after``: what the last answer that was an error said, "" if nothing."""

    def __init__(self, key: JWKEC, ca_file: str) -> None:
        super().__init__(
            key,
            alg=ES256,
            verify_ssl=cast(bool, ca_file or _system()),
            user_agent=f"chatd/{__version__}",
            timeout=SECONDS,
        )
        self.retry_after = ""
        self.session.trust_env = False
        self.session.max_redirects = 3
        self.session.mount("https://", _Bounded())
        # Nothing is asked in the clear, wherever a directory or a redirect leads.
        del self.session.adapters["http://"]

    def post(self, *arguments: Any, **named: Any) -> requests.Response:
        for _ in range(NONCES - 1):
            try:
                return super().post(*arguments, **named)
            except Error as error:
                if error.code != "badNonce":
                    raise
        return super().post(*arguments, **named)

    def _send_request(self, *arguments: Any, **named: Any) -> requests.Response:
        response = super()._send_request(*arguments, **named)
        self.retry_after = "" if response.ok else response.headers.get("Retry-After", "")
        return response


class _Bounded(HTTPAdapter):
    """Reads a body itself: requests would read any number of bytes."""

    def send(self, *arguments: Any, **named: Any) -> requests.Response:
        response = super().send(*arguments, **{**named, "stream": True})
        body = response.raw.read(LARGEST + 1, decode_content=True)
        if len(body) > LARGEST:
            response.close()
            raise TooLong(f"the ACME server sends more than {LARGEST} bytes")
        response._content = body
        return response


def _system() -> str | bool:
    """The system's authorities; if it has none, those that requests brings along."""
    paths = ssl.get_default_verify_paths()
    return paths.cafile or paths.capath or True
