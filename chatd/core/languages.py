"""The languages in which this server writes to people, and which of them somebody wants."""

from typing import Final

LANGUAGES: Final = ("en", "de", "ar")
#: How many characters and tags of a header that lists languages are looked at.
LONGEST: Final = 1000
MOST: Final = 50


def wanted(header: str) -> str:
    """The most preferred of ours in an Accept-Language (RFC 9110 §12.5.4), "" if there is none."""
    found = []
    for place, part in enumerate(header[:LONGEST].lower().split(",")[:MOST]):
        tag, _, rest = part.partition(";")
        base = tag.strip().split("-")[0]
        if base in LANGUAGES and (weight := _weight(rest)) > 0:
            found.append((-weight, place, base))
    return min(found)[2] if found else ""


def _weight(text: str) -> float:
    """The weight in ``q=0.8``; 1 if none is given, 0 if it is not a number from 0 to 1."""
    name, _, value = text.replace(" ", "").partition("=")
    if not name:
        return 1.0
    try:
        weight = float(value) if name == "q" else 0.0
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0
