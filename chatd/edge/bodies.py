"""The JSON bodies that the API accepts, and reading one."""

from typing import Annotated, Literal, TypeVar

import msgspec

from chatd.auth.invitations import MOST_USES
from chatd.core.codes import Code
from chatd.core.refusal import Refusal
from chatd.edge.answers import Ask, Declined

# Longer than any valid one, so that the layer that knows the rule can explain it.
Word = Annotated[str, msgspec.Meta(max_length=256)]
Password = Annotated[str, msgspec.Meta(min_length=1, max_length=4096)]


PasskeyId = Annotated[str, msgspec.Meta(min_length=1, max_length=1400)]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One JSON object; a field that it does not have is refused by name."""


#: Base64url without padding, as in WebAuthn's JSON forms (§5.1.8).
Encoded = Annotated[str, msgspec.Meta(max_length=32_768)]


class CredentialAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an authenticator said; fields that nothing depends on are ignored."""

    clientDataJSON: Encoded
    attestationObject: Encoded | None = None
    authenticatorData: Encoded | None = None
    signature: Encoded | None = None
    userHandle: Encoded | None = None


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """RegistrationResponseJSON or AuthenticationResponseJSON (WebAuthn level 3, §5.1.8)."""

    id: PasskeyId
    rawId: PasskeyId
    type: Literal["public-key"]
    response: CredentialAnswer


class SignIn(Body, frozen=True, kw_only=True):
    name: Word
    password: Password


class SecondStep(Body, frozen=True, kw_only=True):
    """``step``: the secret that the first step was answered with; and one of the three."""

    step: Word
    code: Word = ""
    recovery: Word = ""
    credential: Credential | None = None


class AskPasskey(Body, frozen=True, kw_only=True):
    """``step``: as in `SecondStep`; "" if the passkey alone is to say who somebody is."""

    step: Word = ""


class ShowPasskey(Body, frozen=True, kw_only=True):
    credential: Credential


class Prove(Body, frozen=True, kw_only=True):
    """``password`` is the present one."""

    password: Password


class ConfirmTotp(Body, frozen=True, kw_only=True):
    code: Word


class AddPasskey(Body, frozen=True, kw_only=True):
    name: Word
    credential: Credential


class RenamePasskey(Body, frozen=True, kw_only=True):
    passkey: PasskeyId
    name: Word


class RemovePasskey(Body, frozen=True, kw_only=True):
    passkey: PasskeyId
    password: Password


class ArriveAsGuest(Body, frozen=True, kw_only=True):
    display: Word


class KeepGuest(Body, frozen=True, kw_only=True):
    """``secret`` is an invitation's, "" if none is needed."""

    name: Word
    password: Password
    secret: Word = ""


class Join(Body, frozen=True, kw_only=True):
    """``secret`` is an invitation's, "" if anybody may join; ``display`` is the name that people
    see."""

    secret: Word = ""
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
    """``session``: one of the asker's own; ``others``: all but the asking one."""

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
    """``password``: "" if the asker has just proved who they are at a provider. ``erase``: their
    messages, too."""

    password: str = ""
    erase: bool = False


class DeleteVouched(Body, frozen=True, kw_only=True):
    """``erase``: their messages, too."""

    erase: bool = False


class AskTicket(Body, frozen=True, kw_only=True):
    """``origin``: the site that will use the ticket, if a program asks on its behalf."""

    origin: Annotated[str, msgspec.Meta(max_length=512)] = ""


B = TypeVar("B", bound=Body)


def read(ask: Ask, kind: type[B]) -> B:
    """Declined 415 for another type; Refusal `bad-json` or `bad-field`."""
    if ask.media_type != "application/json":
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
