"""Texts of others on the operator's terminal."""


def plain(text: str) -> str:
    """A text of others with nothing in it that the operator's terminal would obey."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
