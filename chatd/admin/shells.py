"""The shells that chatctl's words can be completed in."""

from typing import Final

SHELLS: Final = ("bash", "zsh", "fish")
