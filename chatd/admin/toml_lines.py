"""Changes single settings in a TOML file and leaves everything else as somebody wrote it."""

import json
import re
import tomllib


class CannotChange(Exception):
    """One sentence for people: which line stands in the way."""


def put(text: str, section: str, key: str, value: str | bool | list[str]) -> str:
    """``text`` with ``key = value`` in ``[section]``: in place of the line that has it, otherwise
    below the section's own line, otherwise in a new section at the end."""
    line = f"{key} = {json.dumps(value, ensure_ascii=False)}"
    lines = text.splitlines()
    at = _section(lines, section)
    if at is None:
        head = [*lines, ""] if lines and lines[-1].strip() else lines
        return _checked("\n".join([*head, f"[{section}]", line, ""]), section, key, value)
    for number in range(at + 1, len(lines)):
        if re.match(r"\s*\[", lines[number]):
            break
        if re.match(rf"\s*{re.escape(key)}\s*=", lines[number]):
            lines[number] = line
            return _checked("\n".join([*lines, ""]), section, key, value)
    lines.insert(at + 1, line)
    return _checked("\n".join([*lines, ""]), section, key, value)


def _section(lines: list[str], section: str) -> int | None:
    found = (n for n, line in enumerate(lines) if re.match(rf"\s*\[{section}\]\s*(#.*)?$", line))
    return next(found, None)


def _checked(text: str, section: str, key: str, value: object) -> str:
    """A value over several lines, or one written as a.b = c, is more than this can change."""
    try:
        right = tomllib.loads(text)[section][key] == value
    except (ValueError, RecursionError, KeyError, TypeError):
        right = False
    if not right:
        raise CannotChange(
            f"`{key}` of [{section}] stands there in a form that only you can change: write"
            f" {key} = {json.dumps(value, ensure_ascii=False)} there on one line."
        )
    return text
