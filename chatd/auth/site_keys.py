"""The key files of sites: read, made, listed.

A key with a name is a file `KID.jwk` of its own (a JWK, RFC 7517), so that the old and the new one
lie side by side while a key is changed. It may name the only issuer whose tokens it is for (`iss`).
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from chatd.auth.jwk import BadKey, Key, from_jwk, from_secret
from chatd.auth.jws import MOST_TRIED, Keys
from chatd.auth.strict_json import read_object

SUFFIX: Final = ".jwk"
#: Most bytes of a file; the largest key takes a fifth of them.
LARGEST: Final = 16384
#: Bytes of a secret that is made here.
SECRET: Final = 48


def files(folder: str) -> list[Path]:
    """The key files, by name. `OSError`."""
    return sorted(path for path in Path(folder).iterdir() if path.suffix == SUFFIX)


def read(key_file: str, folder: str) -> Keys:
    """The keys of those settings that are not "". `OSError`; `BadKey` with the name of the file."""
    return Keys(_each(key_file, folder))


def _each(key_file: str, folder: str) -> Iterator[Key]:
    if key_file:
        try:
            yield from_secret(Path(key_file).read_bytes().strip())
        except BadKey as why:
            raise BadKey(f"site.key_file {key_file}: {why}") from None
    names: set[str | None] = set()
    found = files(folder) if folder else []
    for path in found:
        key = read_file(path)
        if key.kid in names:
            raise BadKey(f"site.keys {path}: another file has this kid, too")
        names.add(key.kid)
        yield key
    if len(found) > MOST_TRIED - 1:
        raise BadKey(f"site.keys {folder}: it holds more than {MOST_TRIED - 1} keys")


def read_file(path: Path) -> Key:
    """The key in a file, which has the file's name. `OSError`; `BadKey` with the name."""
    with path.open("rb") as file:
        content = file.read(LARGEST)
    said = read_object(content)
    if said is None:
        raise BadKey(f"site.keys {path}: it is no JWK, a JSON object with each name once")
    issuer = said.get("iss")
    if issuer is not None and not (isinstance(issuer, str) and issuer.strip()):
        raise BadKey(f"site.keys {path}: its iss is no text")
    if said.get("kid") != path.stem:
        raise BadKey(f"site.keys {path}: its kid is not the name of the file, {path.stem}")
    if said.get("alg") is None:
        raise BadKey(f"site.keys {path}: it has no alg")
    try:
        return from_jwk(said, issuer)
    except BadKey as why:
        raise BadKey(f"site.keys {path}: {why}") from None


def new_secret(kid: str, issuer: str | None) -> tuple[dict[str, Any], bytes]:
    """A key for HS256 and its file's content."""
    made = {
        "kty": "oct",
        "alg": "HS256",
        "use": "sig",
        "kid": kid,
        "k": urlsafe_b64encode(secrets.token_bytes(SECRET)).rstrip(b"=").decode("ascii"),
    }
    return made, content(made, issuer)


def content(jwk: dict[str, Any], issuer: str | None) -> bytes:
    """What is written to a file."""
    said = jwk if issuer is None else {**jwk, "iss": issuer}
    return msgspec.json.format(msgspec.json.encode(said), indent=2) + b"\n"
