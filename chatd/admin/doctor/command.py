"""`chatctl doctor`: from outside in, one line for each thing looked at."""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from textwrap import wrap
from typing import Any

from chatd.admin.answering import Exit, done, no_file
from chatd.admin.doctor.finding import Finding
from chatd.admin.where import config_of

WIDTH = 80
ABOUT = 15
WORDS = {"ok": "ok", "note": "note", "warning": "WARN", "fault": "WRONG"}


def add(commands: Any) -> None:
    text = "look at the server from outside in, and say what to type"
    doctor = commands.add_parser(
        "doctor",
        help=text,
        description=f"{text[0].upper()}{text[1:]}. The exit code is 0 where nothing is wrong,"
        " 1 where something is.",
    )
    doctor.add_argument(
        "--address", default="", metavar="IP", help="go there instead of looking the name up"
    )
    doctor.add_argument("--ca", type=Path, metavar="FILE", help="trust this authority, too (PEM)")
    doctor.add_argument(
        "--quick", action="store_true", help="do not wait to see whether a proxy cuts silence off"
    )
    doctor.add_argument(
        "--security",
        action="store_true",
        help="what should be looked at again and again: TLS, headers, who can come in, who may"
        " read the keys, the sandbox, updates (chatd-doctor.timer does it every day)",
    )
    doctor.set_defaults(run=lambda options: _run(options, config_of(options)))


def _run(options: argparse.Namespace, config: Path) -> int:
    from chatd.admin.control import NotRunning, Unanswered, ask
    from chatd.admin.doctor.look import Look
    from chatd.config.reading import ConfigError, load

    try:
        settings = load(config)
    except ConfigError as error:
        wrong = [_unread(config, text) for text in str(error).splitlines()]
        return _say(wrong, options, str(config))
    visit = None
    try:
        visit = ask(Path(settings.server.control), "visit", {}).get("done")
    except (NotRunning, Unanswered):
        pass
    except OSError as error:
        raise no_file(error, settings.server.control) from None
    look = Look(config.resolve(), settings, visit, options.address, options.ca, quick=options.quick)
    if options.security:
        from chatd.admin.doctor import security

        return _say(security.examine(look), options, look.url)
    return _say(examine(look, _waiting if sys.stderr.isatty() else _quiet), options, look.url)


def _unread(config: Path, text: str) -> Finding:
    from chatd.admin.doctor.finding import fault

    return fault(
        "configuration",
        "configuration",
        text,
        "chatd does not start with it.",
        f"$EDITOR {config} && chatctl --config {config} check",
    )


def examine(look: Any, wait: Callable[[float], None]) -> Iterator[Finding]:
    """All checks, from outside in. ``look``: a `Look`."""
    from chatd.admin.doctor import files, inside, outside, renewing, socket

    reached: list[str] = []
    yield from outside.addresses(look, reached)
    for number, address in enumerate(reached):
        target = look.target(address)
        findings = list(outside.certificate(look, target))
        yield from findings
        if any(finding.name == "no-tls" for finding in findings):
            continue
        yield from outside.page(look, target)
        # Waiting once tells enough.
        yield from socket.web_socket(look if not number else _quick(look), target, wait)
    yield from inside.configuration(look)
    yield from inside.daemon(look)
    yield from renewing.renewing(look)
    yield from inside.store(look)
    yield from inside.disk(look)
    yield from files.files(look)
    yield from inside.descriptors(look)
    yield from inside.kernel(look)
    yield from inside.clock(look)
    yield from inside.backups(look)


def _quick(look: Any) -> Any:
    from dataclasses import replace

    return replace(look, quick=True)


def _quiet(seconds: float) -> None: ...


def _waiting(seconds: float) -> None:
    sys.stderr.write(f"\r  waiting in silence, up to {max(0, seconds):.0f} s \x1b[K\r")
    sys.stderr.flush()


def _say(findings: Any, options: argparse.Namespace, url: str) -> int:
    """Prints them as they come; returns the exit code."""
    from chatd.admin.answers import FindingRow, Findings

    found: list[Finding] = []
    if not options.json:
        print(url)
    for finding in findings:
        found.append(finding)
        if not options.json:
            print("\n".join(shown(finding)), flush=True)
    wrong = [one for one in found if one.grade in ("fault", "warning")]
    told = Findings(url, [FindingRow(**asdict(one)) for one in found])
    last = f"{len(wrong)} to mend." if wrong else "Nothing is wrong."
    return done(options, told, [last], Exit.WRONG if wrong else Exit.DONE)


def shown(finding: Finding) -> list[str]:
    """For a terminal of 80 columns; a line to type stands by itself and is never broken."""
    from chatd.admin.shown import plain

    head = f"  {WORDS[finding.grade]:<6}{finding.about:<{ABOUT}}"
    room = WIDTH - len(head)
    first, *rest = wrap(plain(finding.what), room, break_on_hyphens=False) or [""]
    lines = [head + first, *(" " * len(head) + line for line in rest)]
    if finding.grade == "ok":
        return lines
    lines += [" " * len(head) + line for line in wrap(finding.why, room)]
    if finding.do:
        lines.append(f"        $ {plain(finding.do)}")
    return lines
