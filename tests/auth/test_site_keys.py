"""The key files of sites: read whole or not at all, each with its name, bound to its algorithm."""

import json
from pathlib import Path
from typing import Any

import pytest

from chatd.auth import site_keys
from chatd.auth.jwk import BadKey
from chatd.auth.jws import MOST_TRIED
from tests.auth.keys import SECRET, b64, jwk, token, verify_signature


def write(folder: Path, name: str, content: Any) -> Path:
    path = folder / f"{name}.jwk"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def test_keys_of_several_kinds_lie_beside_one_another(tmp_path: Path) -> None:
    (tmp_path / "site.key").write_bytes(SECRET + b"\n")
    (tmp_path / "README").write_text("not a key")
    folder = tmp_path / "keys"
    folder.mkdir()
    write(folder, "old", jwk("RS256", kid="old"))
    write(folder, "new", jwk("ES256", kid="new", iss="https://other.example"))
    keys = site_keys.read(str(tmp_path / "site.key"), str(folder))
    told = [(key.kid, key.alg, key.issuer) for key in keys.all]
    assert told == [
        (None, "HS256", None),
        ("new", "ES256", "https://other.example"),
        ("old", "RS256", None),
    ]
    assert site_keys.read("", "").all == ()


def test_a_key_that_is_made_signs(tmp_path: Path) -> None:
    made, content = site_keys.new_secret("shop-1", "https://shop.example")
    key = site_keys.read_file(write(tmp_path, "shop-1", content))
    assert (key.kid, key.alg, key.issuer) == ("shop-1", "HS256", "https://shop.example")
    assert len(key.material) == site_keys.SECRET  # type: ignore[arg-type]
    assert made["k"] != site_keys.new_secret("shop-1", None)[0]["k"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is no JWK"),
        (b"[]", "it is no JWK"),
        (b'{"kid":"one","kid":"one"}', "it is no JWK"),
        (jwk("RS256", kid="two"), "its kid is not the name of the file, one"),
        (jwk("RS256"), "its kid is not the name of the file, one"),
        ({**jwk("RS256", kid="one"), "alg": None}, "it has no alg"),
        (jwk("RS256", kid="one", iss=""), "its iss is no text"),
        (jwk("RS256", kid="one", iss=["x"]), "its iss is no text"),
        (jwk("RS256", kid="one", use="enc"), "its use is not sig"),
        ({**jwk("HS256", kid="one"), "k": b64(b"short")}, "it holds 5 bytes"),
        (json.dumps(jwk("RS256", kid="one")).encode() + b" " * 17000 + b"x", None),
    ],
)
def test_a_file_that_is_no_key_is_named_with_what_is_wrong(
    tmp_path: Path, content: Any, why: str | None
) -> None:
    path = write(tmp_path, "one", content)
    if why is None:
        site_keys.read_file(path)  # what is behind so many bytes is not looked at
        return
    with pytest.raises(BadKey) as caught:
        site_keys.read("", str(tmp_path))
    assert str(path) in str(caught.value) and why in str(caught.value)


def test_there_are_no_more_keys_than_a_token_is_tried_with(tmp_path: Path) -> None:
    for number in range(MOST_TRIED - 1):
        write(tmp_path, f"k{number}", site_keys.new_secret(f"k{number}", None)[1])
    write(tmp_path, "last", jwk("HS256", kid="last"))
    with pytest.raises(BadKey, match="more than 7 keys"):
        site_keys.read("", str(tmp_path))
    (tmp_path / "k0.jwk").unlink()
    keys = site_keys.read("", str(tmp_path))
    assert verify_signature(token("HS256", {}), keys, ["HS256"]) == b"{}", "without a kid"
