"""Who may upload which files, as set in [files]."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileRules:
    """``each_bytes``: what the files of one person may take."""

    enabled: bool = True
    max_bytes: int = 16 * 2**20
    each_bytes: int = 2**30
    guests: bool = False
