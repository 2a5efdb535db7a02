"""[files]: what people may bring into messages."""

from dataclasses import dataclass

from chatd.config.setting import between, setting


@dataclass(frozen=True, slots=True)
class Files:
    """[files]: pictures and other files in messages. They lie in `files`, in the store's folder."""

    enabled: bool = setting(
        True, "Whether files may be brought here. What is here stays readable either way."
    )
    max_bytes: int = setting(16 * 2**20, "The largest.", unit="bytes", check=between(1024, 2**30))
    each_bytes: int = setting(
        2**30,
        "What the files of one person may take; each counts for 4096 bytes at least.",
        unit="bytes",
        check=between(0, 2**50),
    )
    guests: bool = setting(False, "Whether guests may bring files, too.")
