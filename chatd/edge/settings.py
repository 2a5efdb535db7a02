"""What bounds the HTTP and WebSocket edge, and what it is told about itself."""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from urllib.parse import urlsplit

from chatd.auth.guests import Hosting
from chatd.auth.invitations import Registration
from chatd.config import public_address
from chatd.core.bucket import Rate
from chatd.edge.file_rules import FileRules


@dataclass(frozen=True, slots=True)
class EdgeSettings:
    """Times in seconds, sizes in bytes.

    ``public_url`` is where browsers reach this server, such as https://chat.example.org, without a
    trailing slash. ``proxies`` are the networks whose X-Forwarded-For is believed.
    """

    public_url: str
    server_name: str = "chatd"
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    members_invite: bool = False
    invitation_days: float = 7.0
    session_days: float = 30.0
    registration: Registration = "invitation"
    files: FileRules = field(default_factory=FileRules)
    hosting: Hosting | None = None  # guests; None: there are none

    header_seconds: float = 10.0  # from a request's first byte to the end of its headers
    body_seconds: float = 20.0  # from there to the end of its body
    idle_seconds: float = 60.0  # between two requests
    answer_seconds: float = 30.0  # for us to answer
    admission_seconds: float = 10.0  # for us to decide on a WebSocket
    grace_seconds: float = 2.0  # from a close to the abort of a peer that does not let go

    uri_bytes: int = 2_048
    answer_uri_bytes: int = 8_192  # for a provider's answer: their codes may be long
    headers: int = 64
    header_bytes: int = 16_384

    frame_bytes: int = 65_536
    fragments: int = 1_024
    deflate: bool = True  # with clients that offer it
    control_frames: Rate = field(default_factory=lambda: Rate(10, 20))
    close_seconds: float = 3.0
    connections_per_user: int = 20
    connections_per_address: int = 100  # the door's limit; the rates below follow from it

    log_lines: Rate = field(default_factory=lambda: Rate(50, 100))

    def most_of(self, uri: bytes) -> int:
        """The most bytes of an address that begins like ``uri``."""
        return self.answer_uri_bytes if uri.startswith(b"/auth/oidc/") else self.uri_bytes

    @property
    def prefix(self) -> str:
        """As in `Ask`."""
        return public_address.prefix(self.public_url)

    @property
    def requests(self) -> Rate:
        """For one address: each of its people may load the page at the same moment."""
        return Rate(self.connections_per_address / 2, self.connections_per_address * 5)

    @property
    def handshakes(self) -> Rate:
        """For one address: all of its connections may come back at once, twice."""
        return Rate(self.connections_per_address / 5, self.connections_per_address * 2)

    @property
    def local(self) -> bool:
        """Whether this is a trial on one machine: then browsers are promised no HTTPS."""
        host = urlsplit(self.public_url).hostname or ""
        return host in ("localhost", "127.0.0.1", "::1") or host.endswith(".localhost")
