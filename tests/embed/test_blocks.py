"""The PHP of the documents is PHP, and what they say of the settings is so."""

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from chatd.config.reading import load
from chatd.config.safety import unsafe
from chatd.config.settings import Site
from tests.daemon import REPOSITORY, Daemon
from tests.embed.walk import EXAMPLE
from tests.handbook.reading import blocks

PAGES = [REPOSITORY / "docs" / f"{name}.md" for name in ("embed", "laravel", "shared-hosting")]
PHP = re.compile(r"^( *)```php\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def php_of(page: Path) -> list[str]:
    return [text for _, text in PHP.findall(page.read_text("utf-8"))]


@pytest.mark.php
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_of_php_is_php(page: Path) -> None:
    blocks = php_of(page)
    assert blocks
    for text in blocks:
        done = subprocess.run(
            ["php", "-d", "display_errors=1", "-l"],
            input=text.lstrip(),
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_setting_of_the_site_that_is_named_exists(page: Path) -> None:
    known = {item.name for item in fields(Site)}
    # Not part of a host's name or of a file's.
    named = set(re.findall(r"(?<![\w./-])site\.([a-z_]+)\b(?!/)", page.read_text("utf-8")))
    assert named - {"key"} <= known


def test_the_lines_of_the_example_make_a_key_and_settings_that_are_safe(tmp_path: Path) -> None:
    """Where `make run` has made var/, as the README says; the server itself is in the walk."""
    example = tmp_path / "examples" / "php"
    shutil.copytree(EXAMPLE, example)
    daemon = Daemon(tmp_path / "var")
    lines = blocks()["examples/php/README.md#a-small-php-site-with-the-chat-in-it"].text
    *before, serve = lines.strip().splitlines()
    assert len(before) == 2 and serve.endswith("php -S 127.0.0.1:8000 -t public")
    subprocess.run(["bash", "-euc", "\n".join(before)], cwd=example, timeout=20, check=True)
    settings = load(daemon.config)
    assert unsafe(settings) == []
    assert settings.site.issuer in (example / "public" / "chat.php").read_text()
    assert Path(settings.site.key_file).read_bytes() == (example / "site.key").read_bytes()
