"""chatctl token-key: the keys of sites, each in a file of its own: made, listed, removed.

They lie in the folder of site.keys; the daemon reads them again at a reload.
"""

import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import load_pem_public_key

from chatd.admin.answering import No
from chatd.admin.answers import Key, NewKey, RemovedKey
from chatd.admin.files import private_folder, write_private
from chatd.admin.shown import paragraph, table
from chatd.auth import site_keys
from chatd.auth.jwk import BadKey, from_pem, public_jwk
from chatd.auth.jws import MOST_TRIED
from chatd.config.reading import ConfigError
from chatd.config.settings import Settings

#: Where they go as long as site.keys says nothing: beside the configuration.
USUAL: Final = "secrets/site-keys"
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,40}")

CONFIGURATION: Final = """\
In {config}, if it is not there:

  [site]
  keys = "{folder}"
  issuer = "{issuer}"

Then: systemctl reload chatd (restart, where [site] is new)
"""

PHP: Final = """\
PHP:
  $key = json_decode(file_get_contents('{file}'), true);
  $b64 = fn ($text) => rtrim(strtr(base64_encode($text), '+/', '-_'), '=');
  $head = ['alg' => $key['alg'], 'typ' => 'JWT', 'kid' => $key['kid']];
  $claims = ['iss' => '{issuer}',
    'aud' => '{audience}',
    'sub' => $id, 'exp' => time() + 900];
  $signed = $b64(json_encode($head)) . '.' . $b64(json_encode($claims));
  $secret = base64_decode(strtr($key['k'], '-_', '+/'));
  $token = $signed . '.' . $b64(hash_hmac('sha256', $signed, $secret, true));
"""

PYTHON: Final = """\
Python (PyJWT):
  import json, time, jwt
  key = json.load(open('{file}'))
  claims = {{'iss': '{issuer}',
            'aud': '{audience}',
            'sub': id, 'exp': int(time.time()) + 900}}
  token = jwt.encode(claims, jwt.PyJWK(key).key, 'HS256',
                     headers={{'kid': key['kid']}})
"""

NODE: Final = """\
Node:
  import {{ createHmac }} from 'node:crypto';
  import {{ readFileSync }} from 'node:fs';
  const key = JSON.parse(readFileSync('{file}', 'utf8'));
  const b64 = (value) =>
    Buffer.from(JSON.stringify(value)).toString('base64url');
  const exp = Math.floor(Date.now() / 1000) + 900;
  const signed = b64({{ alg: key.alg, typ: 'JWT', kid: key.kid }}) + '.' +
    b64({{ iss: '{issuer}',
      aud: '{audience}', sub: id, exp }});
  const secret = Buffer.from(key.k, 'base64url');
  const token = signed + '.' +
    createHmac('sha256', secret).update(signed).digest('base64url');
"""

SECRET: Final = """\
Copy the file to the site, outside of what its web server serves and readable by
nobody else: whoever has it can speak for the site's people. A token ($id, id:
who it is at the site, a text that never changes):
"""


def add(
    settings: Settings,
    config: Path,
    name: str,
    issuer: str | None,
    public: Path | None,
    alg: str | None,
) -> tuple[NewKey, list[str]]:
    """Makes a key, or takes over a ``public`` one (PEM); returns what people are told about it."""
    if _NAME.fullmatch(name) is None:
        raise _no(f"{name!r} is no name for a key: write a-z, 0-9, dots and dashes, such as shop.")
    folder = _folder(settings, config)
    fresh = not folder.exists()
    private_folder(folder)
    if len(site_keys.files(str(folder))) >= MOST_TRIED - 1:
        raise _no(
            f"{folder} holds {MOST_TRIED - 1} keys, which is all that a token is tried with: remove"
            " those that are not used any more (chatctl token-key list)."
        )
    kid = f"{name}-{secrets.token_hex(3)}"
    own = None if issuer in (None, settings.site.issuer) else issuer
    if public is None:
        _, content = site_keys.new_secret(kid, own)
    else:
        try:
            text = public.read_bytes()
            from_pem(text, alg, kid)
            content = site_keys.content(public_jwk(load_pem_public_key(text), alg, kid), own)
        except OSError as error:
            raise _no(f"{public}: {error.strerror}.") from None
        except BadKey as why:
            raise _no(f"{public}: {why}.") from None
    path = folder / f"{kid}{site_keys.SUFFIX}"
    write_private(path, content)
    for made in (path, folder) if fresh else (path,):
        _hand_over(made, Path(settings.store.path))
    said = {
        "config": config,
        "folder": settings.site.keys or USUAL,
        "issuer": issuer or settings.site.issuer or "https://www.example.org",
        "audience": settings.site.audience
        or settings.server.public_url.rstrip("/")
        or "https://chat.example.org",
        "file": path.name,
    }
    lines = [f"{path}\n", CONFIGURATION.format(**said)]
    if public is None:
        lines += [SECRET, "\n".join(text.format(**said) for text in (PHP, PYTHON, NODE))]
    else:
        lines.append(f'The site signs with its private key, and says "kid": "{kid}" in the header.')
    return NewKey(kid, str(path), str(said["issuer"]), str(said["audience"])), lines


def listed(settings: Settings, config: Path) -> list[Key]:
    """The keys, and nothing secret about them."""
    rows = []
    for path in _files(settings, config):
        try:
            key = site_keys.read_file(path)
            rows.append(Key(path.stem, key.alg, key.issuer or settings.site.issuer, None))
        except (BadKey, OSError) as why:
            rows.append(Key(path.stem, None, "", str(why)))
    return rows


def shown(keys: list[Key]) -> Iterator[str]:
    return table(
        ("KEY", "ALG", "ISSUER"),
        [(key.kid, key.alg or "-", key.iss or "-") for key in keys],
        [f"WRONG: {key.wrong}" if key.wrong else "" for key in keys],
    )


def remove(settings: Settings, config: Path, kid: str, *, dry_run: bool) -> RemovedKey:
    """Removes a key's file. The name is compared with those that are there."""
    for path in _files(settings, config):
        if path.stem == kid:
            if not dry_run:
                path.unlink()
            return RemovedKey(kid, str(path), dry_run)
    raise _no(f"there is no key {kid!r} (chatctl token-key list).", "not-found")


def shown_removed(removed: RemovedKey) -> list[str]:
    after = "Then no token made with it is taken, and who came in with one is put out at once."
    if removed.dry_run:
        return paragraph(f"Would remove {removed.file}. Nothing was changed.")
    return paragraph(f"Removed {removed.file}. Now: systemctl reload chatd. {after}")


def _folder(settings: Settings, config: Path) -> Path:
    return Path(settings.site.keys) if settings.site.keys else config.parent / USUAL


def _files(settings: Settings, config: Path) -> list[Path]:
    try:
        return site_keys.files(str(_folder(settings, config)))
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ConfigError(f"{config}: site.keys cannot be read: {error.strerror}.") from None


def _hand_over(made: Path, store: Path) -> None:
    """Gives it to the user the daemon runs as, who could not read what root made."""
    if os.geteuid() == 0 and store.exists():
        owner = store.stat()
        os.chown(made, owner.st_uid, owner.st_gid)


def _no(text: str, code: str = "bad-field") -> No:
    return No(text, code)
