"""The PHP of the documents is PHP, and what they say of the settings is so."""

import re
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from chatd.settings import Site
from tests.daemon import REPOSITORY

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
