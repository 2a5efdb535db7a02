"""`chatctl doctor --security`: what an operator should look at again and again.

From outside: protocols, ciphers, certificates, headers. Inside: who may read what, who can come in,
what the daemon may do, and which parts of it are out of date.
"""

from collections.abc import Iterator

from chatd.admin.doctor import inside, outside, security_inside, security_outside, security_people
from chatd.admin.doctor.finding import Finding
from chatd.admin.doctor.look import Look


def examine(look: Look) -> Iterator[Finding]:
    reached: list[str] = []
    yield from outside.addresses(look, reached)
    for address in reached:
        target = look.target(address)
        findings = list(outside.certificate(look, target))
        yield from findings
        if any(finding.name == "no-tls" for finding in findings):
            continue
        yield from security_outside.protocols(target, look)
        yield from security_outside.ciphers(target, look)
        yield from security_outside.keys(target, look)
        yield from security_outside.headers(target, look)
    yield from inside.configuration(look)
    yield from security_inside.files(look)
    yield from security_inside.site_keys(look)
    yield from security_people.registration(look)
    yield from security_people.people(look)
    yield from security_inside.sandbox(look)
    yield from security_inside.outdated(look)
    yield from inside.backups(look)
    yield from security_inside.backups(look)
