"""What a browser meets: the name, the addresses, the certificate, the page, the proxy."""

import re
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtensionOID

from chatd.admin.doctor import reach
from chatd.admin.doctor.finding import Finding, fault, ok, warning
from chatd.admin.doctor.look import Look
from chatd.admin.doctor.reach import Target, Unreachable
from chatd.edge.health import VISITOR

#: This long before a certificate's end it is a warning: renewals come a month before, or never.
SOON = timedelta(days=14)
#: An address for documentation (RFC 5737): nobody has it.
NOBODY = "192.0.2.77"
EXAMPLES = "/usr/share/doc/chatd"
#: OpenSSL's verify results, x509_vfy.h.
EXPIRED, NOT_YET, NO_ISSUER, NO_ISSUER_HERE, SELF_SIGNED, SELF_SIGNED_CHAIN = 10, 9, 20, 21, 18, 19
OTHER_HOST, OTHER_ADDRESS = 62, 64


def addresses(look: Look, found: list[str]) -> Iterator[Finding]:
    """Each address that the name has; those that answer are added to ``found``."""
    if look.address:
        named = [look.address]
    else:
        try:
            named = look.machine.resolve(look.host, look.port)
        except Unreachable as error:
            # Browsers know this name by themselves (RFC 6761 §6.3).
            named = ["127.0.0.1"] if look.host == "localhost" else []
            why = str(error)
        if not named:
            yield fault(
                "name",
                "name",
                f"{look.host} cannot be looked up: {why}",
                "Nobody finds this server by its name.",
                f"add to your zone: {look.host}. IN A (this machine's address)",
            )
            return
    yield ok("name", "name", f"{look.host} is {', '.join(named)}")
    for address in named:
        try:
            reach.connect(look.target(address)).close()
        except Unreachable as error:
            yield _closed(look, address, str(error), named)
            continue
        found.append(address)


def _closed(look: Look, address: str, why: str, named: list[str]) -> Finding:
    six = ":" in address
    if six and len(named) > 1:
        listen = ", ".join(f'"{text}"' for text in look.settings.server.listen)
        return fault(
            "ipv6-closed",
            "address",
            f"the name has the IPv6 address {address}, where nothing answers: {why}",
            "Whoever has IPv6 waits before IPv4 is tried, or does not come in at all.",
            f'server.listen = [{listen}, "[::]:{look.port}"] in {look.config}, then'
            " systemctl restart chatd; or take the AAAA record away",
        )
    return fault(
        "unreachable",
        "address",
        f"nothing answers at {address}, port {look.port}: {why}",
        "Nobody can come in there.",
        f"systemctl restart chatd; ss -ltn 'sport = :{look.port}'",
    )


def certificate(look: Look, target: Target) -> Iterator[Finding]:
    try:
        chain = reach.presented(target)
    except Unreachable as error:
        yield fault(
            "no-tls",
            "certificate",
            str(error),
            "Browsers speak nothing but TLS here.",
            f"openssl s_client -connect {target.address}:{target.port} -servername {target.host}",
        )
        return
    leaf = chain[0]
    try:
        reach.secured(target).close()
    except ssl.SSLCertVerificationError as error:
        yield _distrusted(look, target, chain, error)
        return
    except Unreachable as error:
        yield fault("no-tls", "certificate", str(error), "Browsers do not come in.", _reload(look))
        return
    left = leaf.not_valid_after_utc - datetime.fromtimestamp(look.machine.now(), UTC)
    if left < SOON:
        yield warning(
            "expiring",
            "certificate",
            f"it ends in {left.days} days, on {leaf.not_valid_after_utc:%Y-%m-%d}",
            "On that day every browser turns away.",
            _renew(look),
        )
    else:
        yield ok("certificate", "certificate", f"good until {leaf.not_valid_after_utc:%Y-%m-%d}")
    if not look.settings.tls.terminated and _newer_on_disk(look, leaf):
        yield warning(
            "not-reloaded",
            "certificate",
            f"another one is in {look.settings.tls.certificate} than is served",
            "A renewed certificate is taken with a reload.",
            "systemctl reload chatd",
        )


def _newer_on_disk(look: Look, leaf: x509.Certificate) -> bool:
    try:
        text = Path(look.settings.tls.certificate).read_bytes()
        return x509.load_pem_x509_certificates(text)[0] != leaf
    except (OSError, ValueError):
        return False


def _distrusted(
    look: Look,
    target: Target,
    chain: list[x509.Certificate],
    error: ssl.SSLCertVerificationError,
) -> Finding:
    leaf, code = chain[0], error.verify_code
    if code == EXPIRED:
        gone = leaf.not_valid_after_utc
        fresh = _newer_on_disk(look, leaf)
        return fault(
            "expired",
            "certificate",
            f"it ended on {gone:%Y-%m-%d %H:%M} UTC"
            if gone < datetime.now(UTC)
            else "its chain holds a certificate that has ended",
            "Every browser turns away.",
            "systemctl reload chatd" if fresh else _renew(look),
        )
    if code == NOT_YET:
        return fault(
            "not-yet-valid",
            "certificate",
            f"it is valid from {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC on",
            "The clock of this machine is behind, or the certificate is of another day.",
            "timedatectl set-ntp true && timedatectl",
        )
    if code in (OTHER_HOST, OTHER_ADDRESS):
        names = ", ".join(_names(leaf)) or "nobody"
        return fault(
            "other-name",
            "certificate",
            f"it is for {names}, and server.public_url says {look.host}",
            "Browsers warn, and do not connect.",
            f"certbot certonly --standalone -d {look.host}; or correct server.public_url in"
            f" {look.config}, then systemctl restart chatd",
        )
    if code in (NO_ISSUER, NO_ISSUER_HERE) and len(chain) == 1 and leaf.issuer != leaf.subject:
        return fault(
            "no-intermediate",
            "certificate",
            f"that of its issuer, {leaf.issuer.rfc4514_string()}, is not sent along",
            "Browsers that have not met it elsewhere, and all programs, turn away.",
            f"{_fetch(leaf)} >> {look.settings.tls.certificate or '(the proxy’s certificate)'} &&"
            " systemctl reload chatd",
        )
    return fault(
        "untrusted",
        "certificate",
        f"it comes from {leaf.issuer.rfc4514_string()}, whom nobody knows",
        "Browsers warn, and programs turn away.",
        _renew(look)
        if look.settings.acme.domains
        else f"certbot certonly --standalone -d {look.host}; or name its authority here: --ca FILE",
    )


def _fetch(leaf: x509.Certificate) -> str:
    """A line that prints the issuer's certificate as PEM."""
    try:
        access = leaf.extensions.get_extension_for_oid(
            ExtensionOID.AUTHORITY_INFORMATION_ACCESS
        ).value
        assert isinstance(access, x509.AuthorityInformationAccess)
    except x509.ExtensionNotFound:
        return "cat (your authority’s intermediate certificate)"
    for description in access:
        where = description.access_location
        if (
            description.access_method == AuthorityInformationAccessOID.CA_ISSUERS
            and isinstance(where, x509.UniformResourceIdentifier)
            # It goes into a shell command.
            and re.fullmatch(r"https?://[A-Za-z0-9.:/_-]+", where.value)
        ):
            return f"curl -fsS {where.value} | openssl x509 -outform pem"
    return "cat (your authority’s intermediate certificate)"


def _names(leaf: x509.Certificate) -> list[str]:
    try:
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return []
    return [str(name.value) for name in found][:5]


def _renew(look: Look) -> str:
    if look.settings.acme.domains and not look.settings.tls.terminated:
        return "systemctl reload chatd   (it is asked for at once; the log says how it went)"
    if look.trusted is not None and look.local:
        return f"chatctl quickstart {look.config.parent} && systemctl restart chatd"
    return f"certbot renew --cert-name {look.host} && {_reload(look)}"


def _reload(look: Look) -> str:
    return "systemctl reload nginx" if look.settings.tls.terminated else "systemctl reload chatd"


def page(look: Look, target: Target) -> Iterator[Finding]:
    """Over HTTP: whether it is chatd that answers, and whom a proxy lets it see as asking."""
    if look.visit is None:
        return
    secret = {VISITOR: look.visit["secret"], "Origin": target.origin}
    try:
        answer = reach.get(target, f"{look.base}/healthz", secret)
    except Unreachable as error:
        yield _no_page(look, str(error), target)
        return
    seen = answer.json()
    if look.base and answer.status == 404 and seen.get("type") == f"{look.base}/protocol#not-found":
        yield _path_kept(look)
        return
    if answer.status != 200 or "client" not in seen:
        yield _no_page(look, f"HTTP status {answer.status}, and not from this chatd", target)
        return
    yield ok("page", "page", f"answers at {target.origin}{look.base}/")
    if seen["host"] != target.authority:
        yield fault(
            "host-changed",
            "proxy",
            f"chatd is asked for {seen['host']} instead of {target.authority}",
            "What it says of itself to other sites is wrong.",
            f"proxy_set_header Host $http_host;   (nginx; all of it: {EXAMPLES}/nginx.conf)",
        )
    if seen["origin"] != target.origin:
        yield fault(
            "origin-changed",
            "proxy",
            f"chatd hears of the origin {seen['origin']} instead of {target.origin}",
            "It refuses pages of its own.",
            f"take the lines away that set Origin (all of it: {EXAMPLES}/nginx.conf)",
        )
    if not look.proxied:
        return
    forged = reach.get(target, f"{look.base}/healthz", {**secret, "X-Forwarded-For": NOBODY})
    yield _who(look, seen, forged.json(), answer.local)


def _no_page(look: Look, what: str, target: Target) -> Finding:
    return fault(
        "no-page",
        "page",
        what,
        "Something else answers at this address, or a proxy does not reach chatd.",
        f"curl -vk --resolve {target.host}:{target.port}:{target.address} {target.origin}"
        f"{look.base}/healthz",
    )


def _path_kept(look: Look) -> Finding:
    return fault(
        "path-kept",
        "proxy",
        f"it passes {look.base}/ on to chatd, which knows no such address",
        "It has to take that path away: what chatd answers to begins behind it.",
        f"location {look.base}/ {{ proxy_pass http://chatd/; }}   (nginx, with both slashes;"
        f" haproxy: http-request replace-path {look.base}/(.*) /\\1; all of it: {EXAMPLES})",
    )


def _who(look: Look, seen: dict[str, str], forged: dict[str, str], local: str) -> Finding:
    """What chatd believes to be a client's address behind a proxy."""
    server = look.settings.server
    if forged.get("client") == NOBODY and forged.get("forwarded") == NOBODY:
        return fault(
            "spoofable",
            "proxy",
            f"who says X-Forwarded-For: {NOBODY} is taken for that address",
            "Anybody can get around the limits of an address, or have others shut out.",
            "proxy_set_header X-Forwarded-For $remote_addr;   (nginx; haproxy: http-request"
            f" set-header X-Forwarded-For %[src]; all of it: {EXAMPLES})",
        )
    networks = [ip_network(text) for text in server.proxies]
    silent = server.forwarded_by == "x-forwarded-for" and not seen["forwarded"]
    hidden = any(ip_address(seen["client"]) in network for network in networks)
    if silent or (hidden and seen["client"] != local):
        return fault(
            "one-address",
            "proxy",
            f"everybody seems to come from {seen['client']}: the proxy does not say for whom it"
            " asks",
            "The limits of an address then count for all together.",
            "proxy_set_header X-Forwarded-For $remote_addr;   (nginx; haproxy: http-request"
            f" set-header X-Forwarded-For %[src]; all of it: {EXAMPLES})",
        )
    if seen["forwarded"] and seen["client"] not in seen["forwarded"]:
        return fault(
            "proxy-unknown",
            "proxy",
            f"one at {seen['client']} says for whom it asks, and is not believed",
            "The limits of an address then count for all together.",
            f'proxies = ["{seen["client"]}/32"] below [server] in {look.config}, then'
            " systemctl restart chatd",
        )
    return ok("proxy", "proxy", f"says for whom it asks: us, at {seen['client']}")
