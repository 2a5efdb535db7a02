"""What the terminal shows when `make run` is ready, 80 columns wide except for the link."""

import os
import sys
from pathlib import Path
from textwrap import wrap

from chatd.admin.local_ca import how_to_trust
from chatd.admin.quickstart import shown


def banner(
    *,
    public_url: str,
    config: Path,
    state: Path,
    authority: Path,
    first_administrator: str | None,
    has_administrator: bool = False,
    trouble: str | None = None,
) -> str:
    """The lines, ending in a newline.

    `first_administrator`: the link that makes the first administrator, None if none was made;
    without it and without an administrator the banner says how to get one. `trouble`: why none
    could be made.
    """
    site = public_url.rstrip("/")
    chatctl = shown(Path(sys.executable).with_name("chatctl"))
    socket_url = f"wss{site.removeprefix('https')}/ws"
    ca = shown(authority)
    rows = [("data", f"{shown(state)} (settings: {shown(config)})")]
    if first_administrator is not None:
        rows = [
            ("begin", "this link makes the first administrator: once, within 15 minutes"),
            ("", first_administrator),
            *rows,
        ]
    elif not has_administrator:
        rows = [("begin", f"{chatctl} setup-link  (no administrator yet)"), *rows]
    if trouble is not None:
        first, *rest = wrap(trouble, 68)
        rows = [("trouble", first), *(("", line) for line in rest), *rows]
    rows.append(("trust", f"{ca}, for this machine alone; until then browsers warn"))
    rows += [("", line) for line in how_to_trust(ca, site)]
    rows += [
        ("terminal", f"TOKEN=$({chatctl} token create NAME)"),
        ("", f"wscat --ca {ca} -s chatd.v1 \\"),
        ("", f'  -H "Authorization: Bearer $TOKEN" -c {socket_url}'),
        ("stop", "Ctrl-C; the next start finds everything as it was"),
    ]
    lines = [f"  {name:<9} {text}" for name, text in rows]
    return "\n".join(["", f"chatd is ready: {site}/", *lines, "", ""])


def show(text: str) -> None:
    """Write to the terminal itself: twistd sends `print` to the log, where no secret may go."""
    data = text.encode()
    while data:
        data = data[os.write(1, data) :]
