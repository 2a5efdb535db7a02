"""Whether the certificate that chatd gets by itself comes, and what the last try brought."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from chatd.acme import schedule, state
from chatd.acme.files import CERTIFICATE, loaded
from chatd.acme.keeper import wanted_from
from chatd.acme.schedule import Standing
from chatd.admin.doctor.finding import Finding, fault, ok, warning
from chatd.admin.doctor.look import Look
from chatd.config.settings_acme import FOLDER

ABOUT = "renewal"
#: With less than this share of its life left, somebody has to see to it.
LATE = 1 / 6


def renewing(look: Look) -> Iterator[Finding]:
    acme = look.settings.acme
    if not acme.domains or look.settings.tls.terminated:
        return
    folder = Path(look.settings.store.path) / FOLDER
    now = datetime.fromtimestamp(look.machine.now(), UTC)
    certificate = loaded(folder / CERTIFICATE, now)
    standing = state.read(folder)
    if standing.failures:
        yield _failing(look, standing, certificate, now)
    elif certificate is None:
        yield fault(
            "acme-none",
            ABOUT,
            f"there is no certificate for {', '.join(acme.domains)} yet",
            "Browsers are shown one that chatd signed itself, and warn.",
            "systemctl restart chatd; journalctl -u chatd -n 50",
        )
    else:
        due = datetime.fromtimestamp(wanted_from(certificate, acme.domains), UTC)
        what = f"by itself, on {due:%Y-%m-%d}" if due > now else "by itself, now"
        yield ok("acme", ABOUT, what)


def _failing(
    look: Look, standing: Standing, certificate: x509.Certificate | None, now: datetime
) -> Finding:
    at = now.timestamp()
    again = datetime.fromtimestamp(schedule.next_try(standing, at, at), UTC)
    tries = "the last try" if standing.failures == 1 else f"{standing.failures} tries in a row"
    what = f"{tries} brought none: {standing.why}; the next one {again:%Y-%m-%d %H:%M} UTC"
    if certificate is None:
        why = "There is none yet: browsers are shown one that chatd signed itself, and warn."
    else:
        why = f"It ends on {certificate.not_valid_after_utc:%Y-%m-%d}; then browsers turn away."
    kind = fault if certificate is None or _is_late(certificate, now) else warning
    return kind(f"acme-{standing.kind}", ABOUT, what, why, _do(look, standing))


def _is_late(certificate: x509.Certificate, now: datetime) -> bool:
    until = certificate.not_valid_after_utc
    return until - now < (until - certificate.not_valid_before_utc) * LATE


def _do(look: Look, standing: Standing) -> str:
    """The line to type; after the trouble is fixed, a reload tries at once."""
    acme = look.settings.acme
    edit = f"$EDITOR {look.config}"
    again = "systemctl reload chatd"
    lines = {
        "unreachable": f"curl -sS {acme.directory}; {again}",
        "untrusted": f"{edit}   (acme.ca_file: the authorities to trust); systemctl restart chatd",
        "directory": f"{edit}   (acme.directory); systemctl restart chatd",
        "refused": f"getent ahosts {acme.domains[0]}; ss -ltn 'sport = :443'; {again}",
        # The authority's word holds, whoever asks.
        "rate-limited": "systemctl status chatd   (it tries again by itself, and not before)",
        "account": f"{edit}   (acme.contact, acme.directory); systemctl restart chatd",
    }
    return lines.get(standing.kind, f"journalctl -u chatd -n 50; {again}")
