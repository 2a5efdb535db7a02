"""The parts of Twisted and pyOpenSSL that are not public and that the transport stands on.

When one of these fails after an upgrade, read docs/decisions/tls-on-the-socket.md before anything
else: the transport would not crash, it would lose or reorder bytes.
"""

from __future__ import annotations

import inspect
import re

from OpenSSL import SSL
from twisted.internet import _producer_helpers, abstract, posixbase, tcp
from twisted.protocols import tls

import twisted
from chatd.edge.transport import TlsTransport
from chatd.edge.transport_opened import OpenedTls


def parameters(function):
    return list(inspect.signature(function).parameters)


def test_the_versions_are_those_that_were_read():
    assert twisted.version.public().startswith("26.10."), "read the diff of tcp.py, tls.py"


def test_tcp_server_is_built_and_ended_as_we_expect():
    assert parameters(tcp.Server.__init__) == [
        "self", "sock", "protocol", "client", "server", "sessionno", "reactor",
    ]  # fmt: skip
    source = inspect.getsource(tcp.Server.__init__)
    assert "self.startReading()" in source and "self.connected = 1" in source
    lost = inspect.getsource(tcp.Connection.connectionLost)
    for line in ("del self.protocol", "del self.socket", "del self.fileno", "_closeSocket"):
        assert line in lost
    abort = inspect.getsource(tcp._AbortingMixin.abortConnection)
    assert "self.stopReading()" in abort and "callLater" in abort
    assert parameters(tcp.Server.getPeer) == ["self"]
    assert "self.client" in inspect.getsource(tcp.Server.getPeer)


def test_what_twisted_sets_at_first_we_set_or_offer_otherwise():
    names = {
        name
        for kind in (abstract.FileDescriptor, tcp.Connection, tcp.Server)
        for name in re.findall(r"self\.(\w+)(?:: [^=]+)? = ", inspect.getsource(kind.__init__))
    }
    slots = {name for kind in TlsTransport.__mro__ for name in getattr(kind, "__slots__", ())}
    ours = {name for name in names if name in slots or isinstance(
        inspect.getattr_static(TlsTransport, name, None), property)}  # fmt: skip
    # Twisted's own write buffer, the port and its count of sessions, and texts for logs.
    assert names - ours == {
        "_tempDataBuffer", "_tempDataLen", "server", "sessionno", "logstr", "repstr",
    }  # fmt: skip
    for name in ("_tempDataBuffer", "server", "sessionno", "repstr", "logstr"):
        for used_by in ("connectionLost", "readConnectionLost", "abortConnection", "getPeer",
                        "getHost", "registerProducer", "_closeSocket"):  # fmt: skip
            assert f"self.{name}" not in inspect.getsource(getattr(tcp.Server, used_by)), name


def test_the_base_classes_call_only_what_we_override():
    lost = inspect.getsource(abstract.FileDescriptor.connectionLost)
    for line in ("self.disconnected = 1", "self.connected = 0", "stopProducing", "stopWriting()"):
        assert line in lost
    assert abstract.FileDescriptor.bufferSize == 65_536
    for name in ("write", "writeSequence", "loseConnection", "loseWriteConnection", "doRead",
                 "doWrite", "startReading", "stopReading", "startWriting", "stopWriting",
                 "pauseProducing", "resumeProducing", "registerProducer", "unregisterProducer",
                 "readConnectionLost", "connectionLost", "abortConnection",
                 "startTLS"):  # fmt: skip
        assert callable(getattr(tcp.Server, name))
        assert getattr(TlsTransport, name) is not getattr(tcp.Server, name), name
    assert "streaming" in parameters(abstract.FileDescriptor.registerProducer)


def test_the_reactor_disconnects_through_the_methods_we_override():
    source = inspect.getsource(posixbase._DisconnectSelectableMixin._disconnectSelectable)
    assert "selectable.readConnectionLost(f)" in source
    assert "selectable.connectionLost(f)" in source


def test_a_port_can_be_adopted_and_subclassed():
    assert parameters(tcp.Port._fromListeningDescriptor) == [
        "reactor", "fd", "addressFamily", "factory",
    ]  # fmt: skip
    adopt = inspect.getsource(tcp.Port._fromListeningDescriptor)
    assert "cls(None, factory, None, interface, reactor)" in adopt
    assert "socket.fromfd" in adopt
    assert "_shouldShutdown = False" in inspect.getsource(tcp.Port.startListening)
    assert parameters(tcp.Port.__init__)[1:] == [
        "port", "factory", "backlog", "interface", "reactor",
    ]  # fmt: skip


def test_pull_producers_can_be_wrapped():
    pusher = _producer_helpers._PullToPush
    assert parameters(pusher.__init__) == ["self", "pullProducer", "consumer"]
    assert callable(pusher.startStreaming) and callable(pusher.stopStreaming)


def test_the_reference_path_has_the_hooks_of_its_adapter():
    base = tls.BufferingTLSTransport
    assert issubclass(base, tls.TLSMemoryBIOProtocol)
    assert "_handshakeDone = True" in inspect.getsource(base._checkHandshakeStatus)
    assert "_appSendBuffer" in inspect.getsource(base.write) or hasattr(base, "_bufferedWrite")
    assert "self._buffer" in inspect.getsource(tls._AggregateSmallWrites)
    assert "_tempDataLen" in inspect.getsource(abstract.FileDescriptor.write)


def test_pyopenssl_offers_the_calls_below_its_wrappers():
    lib = SSL._lib
    for name in ("SSL_write", "SSL_session_reused", "ERR_clear_error", "SSL_CTX_set1_curves_list",
                 "SSL_MODE_ENABLE_PARTIAL_WRITE", "SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER",
                 "SSL_OP_NO_RENEGOTIATION"):  # fmt: skip
        assert hasattr(lib, name), name
    assert parameters(SSL.Connection._raise_ssl_error) == ["self", "ssl", "result"]
    assert "self._ssl = " in inspect.getsource(SSL.Connection.__init__)
    assert "SSL_set_fd" in inspect.getsource(SSL.Connection.__init__)


def test_what_we_borrow_of_pyopenssl_uses_what_an_opened_connection_has():
    for name in ("_raise_ssl_error", "pending", "shutdown"):
        borrowed = getattr(SSL.Connection, name)
        assert getattr(OpenedTls, name) is borrowed
        used = set(re.findall(r"self\.(\w+)", inspect.getsource(borrowed)))
        assert used <= {"_context", "_ssl", "_raise_ssl_error"}, name
