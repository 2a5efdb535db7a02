"""What a README tells a stranger to type is read exactly; what is missing is named."""

from pathlib import Path

import pytest

from tests.rigs.first_minute import Newcomer, WentWrong, cloned_from, commands

README = """# chatd

<!-- first-minute -->

```sh
# one comment
git clone --depth 1 https://chat.example/chatd.git
cd chatd
make run \\
    PORT=9443
```

```sh
make test
```
"""


def test_the_lines_of_the_marked_block_are_typed_and_no_other() -> None:
    assert commands(README) == [
        "git clone --depth 1 https://chat.example/chatd.git",
        "cd chatd",
        "make run      PORT=9443",
    ]


def test_the_address_that_is_cloned_is_found() -> None:
    assert cloned_from(commands(README)) == "https://chat.example/chatd.git"
    assert cloned_from(["make run"]) is None


def test_a_readme_without_the_mark_is_named() -> None:
    with pytest.raises(WentWrong, match="first-minute"):
        commands(README.replace("first-minute", "second-minute"))


def test_a_first_minute_that_never_serves_is_named() -> None:
    with pytest.raises(WentWrong, match="make run"):
        commands(README.replace("make run", "make tea"))


def newcomer(folder: Path) -> Newcomer:
    banner = folder / "banner"
    return Newcomer(["bash", "--noprofile", "--norc"], str(banner), banner)


def test_one_shell_carries_all_lines_and_answers_no_question(tmp_path: Path) -> None:
    person = newcomer(tmp_path)
    person.type(f"cd {tmp_path}", 0)
    assert person.type("pwd; cat", 0).strip() == str(tmp_path)
    person.close()


def test_a_line_that_fails_is_told_with_what_it_printed(tmp_path: Path) -> None:
    person = newcomer(tmp_path)
    with pytest.raises(WentWrong, match=r"`echo sorry; false` ended with 1:\nsorry"):
        person.type("echo sorry; false", 0)
    person.close()


def test_a_server_that_ends_instead_of_serving_is_told(tmp_path: Path) -> None:
    person = newcomer(tmp_path)
    person.type("make() { echo port taken; return 1; }", 0)
    with pytest.raises(WentWrong, match="ended instead of serving:\nport taken"):
        person.type("make run", float("inf"))
    person.close()


def test_a_server_is_awaited_until_its_banner_shows_the_link(tmp_path: Path) -> None:
    person = newcomer(tmp_path)
    link = "chatd is ready: https://localhost:8443/ begin https://localhost:8443/first#s3cret"
    person.type(f"make() {{ echo '{link}'; read -t 20 <> <(:); }}", 0)
    assert person.type("make run", float("inf")).strip() == link
    person.close()
