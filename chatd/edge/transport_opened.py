"""What is left of a TLS connection once its handshake is done: OpenSSL's own part, and no more.

pyOpenSSL's `Connection` keeps a dozen attributes and an entry in a table of all connections, for
callbacks that come only during a handshake: half a kilobyte. Its `recv` takes 16 KiB from malloc
each time; one buffer can serve all connections, as whatever is read leaves it at once.
"""

from __future__ import annotations

from typing import Any

from OpenSSL import SSL
from OpenSSL.SSL import _ffi, _lib  # type: ignore[attr-defined]

RECORD_BYTES = 16_384  # the most one TLS record carries, RFC 8446 5.1

_ssl_read = _lib.SSL_read
_buffer = _ffi.new("char[]", RECORD_BYTES)
_content = _ffi.buffer(_buffer)


class OpenedTls:
    """The calls of a pyOpenSSL `Connection` that an open one needs, with the same exceptions."""

    # The context: its callbacks must live as long as OpenSSL may call them.
    __slots__ = ("_context", "_ssl")

    def __init__(self, connection: SSL.Connection) -> None:
        self._context = connection._context
        self._ssl = connection._ssl

    _raise_ssl_error: Any = SSL.Connection._raise_ssl_error
    pending: Any = SSL.Connection.pending
    shutdown: Any = SSL.Connection.shutdown

    def recv(self) -> bytes:
        """The content of at most one record."""
        ssl = self._ssl
        size = _ssl_read(ssl, _buffer, RECORD_BYTES)
        if size <= 0:
            self._raise_ssl_error(ssl, size)
        return _content[:size]

    @property
    def version(self) -> str:
        return _text(_lib.SSL_get_version(self._ssl))

    @property
    def cipher(self) -> str:
        return _text(_lib.SSL_CIPHER_get_name(_lib.SSL_get_current_cipher(self._ssl)))

    @property
    def protocol(self) -> bytes:
        """The one that ALPN chose, b"" if the client offered none."""
        found, size = _ffi.new("unsigned char **"), _ffi.new("unsigned int *")
        _lib.SSL_get0_alpn_selected(self._ssl, found, size)
        return bytes(_ffi.buffer(found[0], size[0])) if size[0] else b""

    @property
    def resumed(self) -> bool:
        return bool(_lib.SSL_session_reused(self._ssl))


def _text(name: Any) -> str:
    text: str = _ffi.string(name).decode()
    return text
