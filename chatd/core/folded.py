"""Folded text: how names and topics are kept so that a search does not mind case or form."""

from unicodedata import normalize


def folded(*texts: str | None) -> str:
    """The texts, one to a line, in Unicode's form for caseless matching (D146 of the standard)."""
    return "\n".join(_fold(text) for text in texts if text)


def words(query: str, most: int) -> tuple[str, ...]:
    """The first ``most`` different words of a query, folded the same way."""
    return tuple(dict.fromkeys(_fold(query).split()))[:most]


def _fold(text: str) -> str:
    # Folding undoes what the form composed, and the other way round: both twice.
    text = normalize("NFD", text).casefold()
    text = normalize("NFKD", text).casefold()
    return normalize("NFKC", text)
