"""chatctl token-key: keys come and go, and what it prints makes tokens that are taken."""

import json
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from chatd.admin import main as chatctl
from tests.auth.keys import EC, RSA

Said = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "chatd.toml"
    path.write_text(
        '[server]\npublic_url = "https://chat.example.org"\n'
        '[site]\nkeys = "keys"\nissuer = "https://www.example.org"\n'
    )
    return path


def run(config: Path, *words: str) -> int:
    return chatctl.main(["--config", str(config), *words])


def add(config: Path, said: Said, *words: str) -> tuple[Path, str]:
    """The key's file and what was said."""
    assert run(config, "token-key", "add", *words) == 0
    text = said.readouterr().out
    return Path(text.splitlines()[0]), text


def test_a_key_is_its_owner_s_alone_and_its_secret_is_not_shown(config: Path, capsys: Said) -> None:
    path, text = add(config, capsys, "shop")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    made = json.loads(path.read_text())
    assert re.fullmatch(r"shop-[0-9a-f]{6}", made["kid"]) and made["kid"] == path.stem
    assert made["alg"] == "HS256" and made["k"] not in text
    assert 'keys = "' in text and "systemctl reload chatd" in text
    assert run(config, "token-key", "list") == 0
    listed = capsys.readouterr().out
    assert made["kid"] in listed and "https://www.example.org" in listed
    assert made["k"] not in listed
    assert run(config, "--json", "token-key", "list") == 0
    (row,) = json.loads(capsys.readouterr().out)["done"]
    assert row == {
        "kid": made["kid"],
        "alg": "HS256",
        "iss": "https://www.example.org",
        "wrong": None,
    }


def lines(text: str, title: str) -> str:
    """The lines that it prints for a language, without their indent."""
    body = text[text.index(f"\n{title}") :].split("\n\n")[0].strip("\n")
    return "\n".join(line.removeprefix("  ") for line in body.splitlines()[1:])


def taken(config: Path, tmp_path: Path, token: str, said: Said) -> str:
    file = tmp_path / "token"
    file.write_text(token)
    code = run(config, "token-debug", str(file))
    text = said.readouterr().out
    assert code == 0, text
    return text


def test_the_lines_for_python_make_a_token_that_is_taken(
    config: Path, tmp_path: Path, capsys: Said
) -> None:
    path, text = add(config, capsys, "shop")
    script = "id = '42'\n" + lines(text, "Python") + "\nprint(token)"
    made = subprocess.run(
        [sys.executable, "-c", script], cwd=path.parent, capture_output=True, text=True, check=True
    )
    assert f'fits the key "{path.stem}"' in taken(config, tmp_path, made.stdout, capsys)


def test_the_lines_for_node_make_a_token_that_is_taken(
    config: Path, tmp_path: Path, capsys: Said
) -> None:
    node = shutil.which("node")
    assert node, "Node stands among what the tests need"
    path, text = add(config, capsys, "shop")
    script = path.parent / "mint.mjs"
    # Imports stand first.
    code = lines(text, "Node").replace("const key", "const id = '42';\nconst key")
    script.write_text(f"{code}\nconsole.log(token)")
    made = subprocess.run(
        [node, "mint.mjs"], cwd=path.parent, capture_output=True, text=True, check=True
    )
    assert f'fits the key "{path.stem}"' in taken(config, tmp_path, made.stdout, capsys)


def test_the_lines_for_php_make_a_token_that_is_taken(
    config: Path, tmp_path: Path, capsys: Said
) -> None:
    php = shutil.which("php")
    assert php, "PHP stands among what the tests need"
    path, text = add(config, capsys, "shop")
    script = "$id = '42';\n" + lines(text, "PHP") + "\necho $token;"
    made = subprocess.run(
        [php, "-r", script], cwd=path.parent, capture_output=True, text=True, check=True
    )
    assert f'fits the key "{path.stem}"' in taken(config, tmp_path, made.stdout, capsys)


def test_an_old_and_a_new_key_are_both_taken_until_the_old_is_removed(
    config: Path, tmp_path: Path, capsys: Said
) -> None:
    old, text = add(config, capsys, "shop")
    new, _ = add(config, capsys, "shop")
    assert old != new
    script = "id = '42'\n" + lines(text, "Python") + "\nprint(token)"
    token = subprocess.run(
        [sys.executable, "-c", script], cwd=old.parent, capture_output=True, text=True, check=True
    ).stdout
    taken(config, tmp_path, token, capsys)
    assert run(config, "token-key", "remove", old.stem) == 0
    assert "systemctl reload chatd" in capsys.readouterr().out
    assert not old.exists() and new.exists()
    assert run(config, "token-debug", str(tmp_path / "token")) == 1
    said = capsys.readouterr().out
    assert f'its key is "{old.stem}"' in said and "chatctl token-key list" in said


@pytest.mark.parametrize("kid", ["nobody", "../chatd", "", ".", "shop-*"])
def test_what_is_removed_is_one_of_the_keys(config: Path, capsys: Said, kid: str) -> None:
    path, _ = add(config, capsys, "shop")
    assert run(config, "token-key", "remove", kid) == 1
    assert "there is no key" in capsys.readouterr().err
    assert path.exists() and config.exists()


@pytest.mark.parametrize("name", ["", "../x", "a/b", "Shop", "-x", "x" * 60, "a b"])
def test_a_name_is_plain(config: Path, capsys: Said, name: str) -> None:
    assert run(config, "token-key", "add", "--", name) == 1
    assert "is no name for a key" in capsys.readouterr().err
    assert not (config.parent / "keys").exists()


def test_another_site_has_its_own_issuer(config: Path, capsys: Said) -> None:
    path, text = add(config, capsys, "forum", "--issuer", "https://forum.example.org")
    assert json.loads(path.read_text())["iss"] == "https://forum.example.org"
    assert "'iss' => 'https://forum.example.org'" in text
    run(config, "token-key", "list")
    assert "https://forum.example.org" in capsys.readouterr().out


def test_a_public_key_is_taken_over_and_a_private_one_is_not(
    config: Path, tmp_path: Path, capsys: Said
) -> None:
    pem = tmp_path / "public.pem"
    public = RSA.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    pem.write_bytes(public)
    path, text = add(config, capsys, "shop", "--public", str(pem), "--alg", "PS256")
    made = json.loads(path.read_text())
    assert (made["kty"], made["alg"], made["use"]) == ("RSA", "PS256", "sig")
    assert "d" not in made and f'"kid": "{path.stem}"' in text
    assert run(config, "token-key", "add", "shop", "--public", str(pem), "--alg", "ES256") == 1
    assert "not for 'ES256'" in capsys.readouterr().err
    pem.write_bytes(EC.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert run(config, "token-key", "add", "shop", "--public", str(pem)) == 1
    assert "no public key in PEM" in capsys.readouterr().err
    assert run(config, "token-key", "add", "shop", "--public", str(tmp_path / "none")) == 1
    assert run(config, "token-key", "add", "shop", "--alg", "RS256") == 2


def test_there_are_no_more_than_a_token_is_tried_with(config: Path, capsys: Said) -> None:
    for _ in range(7):
        add(config, capsys, "shop")
    assert run(config, "token-key", "add", "shop") == 1
    assert "remove those that are not used" in capsys.readouterr().err


def test_a_file_that_is_no_key_is_shown_as_such(config: Path, capsys: Said) -> None:
    path, _ = add(config, capsys, "shop")
    path.write_text("{}")
    assert run(config, "token-key", "list") == 1
    assert "its kid is not the name of the file" in capsys.readouterr().out
