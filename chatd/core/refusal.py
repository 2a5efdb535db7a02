"""A refusal: an expected "no" to one command, answered to whoever asked, without any effect."""

from typing import Final

from chatd.core.codes import CODES, Code


class Refusal(Exception):
    """Their mistake or a limit, never ours.

    `message` is a sentence for people: what happened, why, what to do.
    `retry` says whether the very same command may succeed later; it follows the code unless given.
    `retry_after` is in seconds and makes sense only with `retry`.
    `field` is the dotted path of the field at fault, such as `data.colour`.
    """

    code: Final[Code]
    message: Final[str]
    retry: Final[bool]
    retry_after: Final[float | None]
    field: Final[str | None]

    def __init__(
        self,
        code: Code,
        message: str,
        *,
        retry: bool | None = None,
        retry_after: float | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(code, message)
        if retry is None:
            retry = retry_after is not None or CODES[code].retry
        if retry_after is not None and (not retry or retry_after < 0):
            raise ValueError("retry_after needs retry and cannot be negative")
        self.code = code
        self.message = message
        self.retry = retry
        self.retry_after = retry_after
        self.field = field

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"

    def __repr__(self) -> str:
        return (
            f"Refusal({self.code.value!r}, {self.message!r}, retry={self.retry}, "
            f"retry_after={self.retry_after}, field={self.field!r})"
        )
