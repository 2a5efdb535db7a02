"""The JSON bodies that the API takes, and reading one."""

from typing import Annotated, TypeVar

import msgspec

from chatd.auth.invitations import MOST_USES
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined

# Longer than any that is right, so that the layer which knows the rule can explain it.
Word = Annotated[str, msgspec.Meta(max_length=256)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One JSON object; a field that it does not have is refused by name."""


class SignIn(Body, frozen=True, kw_only=True):
    name: Word
    password: Password


class Join(Body, frozen=True, kw_only=True):
    """``secret`` is an invitation's; ``display`` is the name that people see."""

    secret: Word
    name: Word
    password: Password
    display: Word = ""


class Invite(Body, frozen=True, kw_only=True):
    uses: Annotated[int, msgspec.Meta(ge=1, le=MOST_USES)] = 1


class Check(Body, frozen=True, kw_only=True):
    secret: Word


class ChangePassword(Body, frozen=True, kw_only=True):
    old: Password
    new: Password


class EndSession(Body, frozen=True, kw_only=True):
    """``session``: one of one's own; ``others``: all but the asking one."""

    session: Word = ""
    others: bool = False


class AskReset(Body, frozen=True, kw_only=True):
    """``who``: a user name or a mail address."""

    who: Word


class Reset(Body, frozen=True, kw_only=True):
    secret: Word
    password: Password


class SetEmail(Body, frozen=True, kw_only=True):
    """``email`` "" for none; ``password`` is the present one."""

    email: Annotated[str, msgspec.Meta(max_length=256)]
    password: Password


class DeleteAccount(Body, frozen=True, kw_only=True):
    """``erase``: one's messages, too."""

    password: Password
    erase: bool = False


class DeleteVouched(Body, frozen=True, kw_only=True):
    """``erase``: their messages, too."""

    erase: bool = False


class AskTicket(Body, frozen=True, kw_only=True):
    """``origin``: the site that will use the ticket, where a program asks on its behalf."""

    origin: Annotated[str, msgspec.Meta(max_length=512)] = ""


B = TypeVar("B", bound=Body)


def read(ask: Ask, kind: type[B]) -> B:
    """Declined 415 for another type; Refusal `bad-json` or `bad-field`."""
    type_ = (ask.one("content-type") or "").partition(";")[0].strip().lower()
    if type_ != "application/json":
        raise Declined(415, "json-only", "Send the body as application/json.")
    try:
        return msgspec.json.decode(ask.body, type=kind)
    except msgspec.ValidationError as error:
        raise Refusal(Code.BAD_FIELD, _sentence(error)) from None
    except (ValueError, RecursionError):
        # No word of what was sent: it may hold a password.
        raise Refusal(Code.BAD_JSON, "The body is not valid JSON in UTF-8.") from None


def _sentence(error: msgspec.ValidationError) -> str:
    """msgspec's errors name the field and the rule, never the value."""
    return str(error).replace("`", "'") + "."
