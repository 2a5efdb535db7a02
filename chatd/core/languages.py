"""The languages in which this server writes to people, and which of them somebody wants."""

from typing import Final

LANGUAGES: Final = ("en", "de", "ar")
#: Of a header that lists languages: so many characters and tags are looked at.
LONGEST: Final = 1000
MOST: Final = 50


def wanted(header: str) -> str:
    """The dearest of ours in an Accept-Language (RFC 9110 §12.5.4), "" where there is none."""
    found = []
    for place, part in enumerate(header[:LONGEST].lower().split(",")[:MOST]):
        tag, _, rest = part.partition(";")
        base = tag.strip().split("-")[0]
        if base in LANGUAGES and (weight := _weight(rest)) > 0:
            found.append((-weight, place, base))
    return min(found)[2] if found else ""


def _weight(text: str) -> float:
    """Of ``q=0.8``; 1 where nothing is said, 0 for what is no number from 0 to 1."""
    name, _, value = text.replace(" ", "").partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
