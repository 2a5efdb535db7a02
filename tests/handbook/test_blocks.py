"""The blocks of shell lines in the documents, typed as they stand; and what they print."""

import json
import re
import stat
import subprocess
import tarfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe

from tests.auth.keys import raw
from tests.daemon import Daemon
from tests.handbook.conftest import Made
from tests.handbook.machine import Machine
from tests.handbook.reading import blocks, typed
from tests.handbook.terminal import Typing
from tests.signed import Signed

PASSWORD = "correct horse battery"
SITE = "https://shop.example"


def of(machine: Machine, name: str) -> Signed:
    return Signed(machine.daemon, Authorization=f"Bearer {machine.daemon.token(name)}")


def private(path: Path) -> bool:
    return stat.S_IMODE(path.stat().st_mode) == 0o600


def put(path: Path, text: str) -> str:
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


def site_token(daemon: Daemon, key: str) -> str:
    """Of the site whose key it is, about one of its people."""
    now = int(time.time())
    claims = {"iss": SITE, "aud": daemon.url, "sub": "42", "iat": now, "exp": now + 300}
    return raw("HS256", b'{"alg":"HS256"}', json.dumps(claims).encode(), key.encode())


def test_the_readme_has_a_robot_talk_and_post(made: Made) -> None:
    machine = made()
    frames = blocks()["README.md#try-it/3"].text
    talked, posted = machine.type("README.md#try-it/2", "README.md#try-it/4", text=frames)
    # What is typed into wscat is answered, each line; and everybody in the room hears it.
    for number in (1, 2, 3):
        assert re.search(rf'< {{"type":"(done|opened)","id":{number},', talked), talked
    assert '< {"type":"message"' in talked and '"text":"hello"' in talked
    assert json.loads(posted[posted.index("{") :])["seq"] > 0, posted
    assert private(machine.checkout / "token")


def test_the_protocols_first_minute_is_as_it_is_shown(made: Made) -> None:
    machine = made()
    lines = blocks()["protocol.md#the-first-minute"].text.splitlines()
    said = "\n".join(line[2:] for line in lines if line.startswith("> "))
    [command] = [line[2:] for line in lines if line.startswith("$ ")]
    token = machine.daemon.token("alice")
    code, printed = machine.run(machine.here(command), said + "\n", TOKEN=token)
    assert code == 0, printed
    heard = printed.splitlines()
    for line in lines[1:]:
        assert any(re.fullmatch(shape(line), each) for each in heard), (line, printed)


def shape(line: str) -> str:
    """What a line of a dialogue stands for: names, times and what is left out may differ."""
    text = re.escape(line).replace("…", ".*")
    for example in (r'"[a-z][a-z0-9]{11}"', r"\b1767225\d{6}\b", r'"k3v9x2mq\\\.\d"'):
        text = re.sub(example, lambda _: r'"?[\\w.]+"?', text)
    return text.replace(r'"?[\\w.]+"?', r'"?[\w.]+"?')


def test_the_http_api_is_used_as_its_page_says(made: Made) -> None:
    machine = made()
    [printed] = machine.type("http.md#the-api-for-programs")
    answers = [json.loads(line) for line in objects(printed)]
    room, first, once, history, unread, topic = answers
    assert room["room"] == history["room"]
    assert first["seq"] < once["seq"] < topic["seq"]
    texts = [one.get("text") for one in history["messages"]]
    assert texts == ["The kettle is on.", "Once."]
    assert unread["total"] == 0 and private(machine.checkout / "token")


def objects(printed: str) -> list[str]:
    """JSON objects that stand one behind the other, with or without ends of lines."""
    found, decoder, at = [], json.JSONDecoder(), printed.index("{")
    while at < len(printed):
        _, end = decoder.raw_decode(printed, at)
        found.append(printed[at:end])
        at = len(printed) - len(printed[end:].lstrip())
    return found


def test_operators_look_at_a_server_as_their_pages_say(made: Made) -> None:
    # The doctor counts with as many descriptors as this machine has.
    machine = made({"limits": {"connections": 500}})
    alice = of(machine, "alice")
    room = alice.post("/api/v1/rooms", name="Tea", slug="tea")["room"]
    seq = alice.post(f"/api/v1/rooms/{room}/messages", text="hello")["seq"]
    token = machine.checkout / "token"
    machine.daemon.user("keeper", admin=True)
    token.write_text(f"Authorization: Bearer {machine.daemon.token('keeper')}")
    looked, ready, traced, listed, trusted, dates, completion, _ = machine.type(
        "operating.md#the-doctor",
        "operating.md#monitoring",
        "operating.md#monitoring/2",
        "backup.md#backup-and-restore",
        "trust.md#trusting-the-local-authority",
        "shared-hosting.md#clocks",
        "chatctl.md#completion",
        "webhooks.md#set-it-up",
        words={"r7h3n5d0qzw2/12": f"{room}/{seq}"},
    )
    assert "  ok    " in looked and "WRONG" not in looked
    assert ready.endswith('{"status":"ready"}')
    assert traced.splitlines()[-1].strip(), traced
    assert re.search(r"chatd-\d{8}T\d{6}Z\.tar", listed)
    [backup] = machine.backups.glob("*.tar")
    with tarfile.open(backup) as archive:
        assert private(backup) and "chatd.toml" in " ".join(archive.getnames())
    assert "<html" in trusted
    there, here = dates.splitlines()
    assert there.lower().startswith("date: ") and "UTC" in here
    assert completion == ""
    done = subprocess.run(
        ["bash", "-ec", f"source {machine.folder}/chatctl; complete -p chatctl"],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert "chatctl" in done.stdout
    key = machine.daemon.folder / "webhook.key"
    assert private(key) and re.fullmatch(r"whsec_[\w+/]{43}=\n", key.read_text())


def test_a_site_deletes_the_account_of_somebody_who_leaves_it(made: Made, tmp_path: Path) -> None:
    key = token_urlsafe(36)
    machine = made({"site": {"key_file": put(tmp_path / "site.key", key), "issuer": SITE}})
    token = site_token(machine.daemon, key)
    site = Signed(machine.daemon, Authorization=f"Bearer {token}")
    assert site.post("/api/session/exchange")["name"]
    put(machine.checkout / "authorization", f"Authorization: Bearer {token}")
    machine.type("embed.md#when-somebody-leaves-the-site")
    [left] = machine.daemon.ask("user_list")
    assert left["name"].startswith("deleted-")


@contextmanager
def speaking(person: Signed, room: str) -> Iterator[None]:
    """Somebody says something there again and again meanwhile."""
    over = threading.Event()

    def speak() -> None:
        while not over.wait(0.3):
            person.post(f"/api/v1/rooms/~{room}/messages", text="still here")

    thread = threading.Thread(target=speak)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def test_chat_in_scripts_does_what_its_page_says(made: Made) -> None:
    machine = made()
    alice, bob = of(machine, "alice"), of(machine, "bob")
    for slug in ("tea", "builds"):
        bob.post("/api/v1/rooms", name=slug, slug=slug)
        alice.post(f"/api/v1/rooms/~{slug}/join")
    for number in range(45):
        bob.post("/api/v1/rooms/~tea/messages", text=f"the kettle is on, {number}")
    profile = {
        "CHATD_URL": machine.daemon.url,
        "CHATD_TOKEN_FILE": put(machine.folder / "token", machine.daemon.token("alice")),
        "CHATD_CA_FILE": str(machine.daemon.ca),
    }
    (machine.checkout / "kettle.png").write_bytes(b"a kettle")
    profile["HOME"] = str(machine.folder)
    with speaking(bob, "builds"):
        [printed] = machine.type("terminal.md#for-scripts", words={"@alice": "@bob"}, **profile)
    lines = printed.splitlines()
    assert (machine.folder / "kettle.png").read_bytes() == b"a kettle"
    assert [line.isdigit() for line in lines[:4]] == [True, True, True, False]
    assert "(to #42) I do" in printed and "still here" in printed
    around = [json.loads(line) for line in lines if line.startswith("{")]
    assert {41, 42, 43} < {one["seq"] for one in around}
    assert "#builds" in printed


def test_a_script_goes_on_behind_the_event_it_dealt_with_last(made: Made) -> None:
    machine = made()
    bob = of(machine, "bob")
    bob.post("/api/v1/rooms", name="tea", slug="tea")
    machine.stand_in("deal_with", 'echo "$1" >> dealt')
    profile = {
        "CHATD_URL": machine.daemon.url,
        "CHATD_TOKEN_FILE": put(machine.folder / "token", machine.daemon.token("bob")),
        "CHATD_CA_FILE": str(machine.daemon.ca),
    }
    with Typing(machine, "exec chat follow tea --json", "first", **profile) as first:
        # Somebody speaks until the first words of it come here.
        while not first.shows("}\n", 0.3):
            bob.post("/api/v1/rooms/~tea/messages", text="before")
        time.sleep(0.3)
        heard = first.sees("}\n").splitlines()[-1]
    (machine.checkout / "cursor").write_text(json.loads(heard)["cursor"])
    for number in range(3):
        bob.post("/api/v1/rooms/~tea/messages", text=f"{number}")
    dealt: list[dict[str, str]] = []
    while not dealt or dealt[-1]["text"] != "2":
        # Each time it is ended as soon as anything came.
        machine.type("terminal.md#for-scripts/2", **profile)
        lines = (machine.checkout / "dealt").read_text().splitlines()
        assert len(lines) > len(dealt)
        dealt = [json.loads(line) for line in lines]
        assert (machine.checkout / "cursor").read_text().strip() == dealt[-1]["cursor"]
    assert [one["text"] for one in dealt if one["text"] != "before"] == ["0", "1", "2"]


def test_chat_asks_to_be_let_in_and_opens(made: Made) -> None:
    """Both pages that tell how; what is printed is what docs/terminal.md shows."""
    machine = made()
    machine.daemon.user("alice", PASSWORD)
    alice = Signed(machine.daemon)
    alice.sign_in("alice", PASSWORD)
    [console] = [typed()["terminal.md#signing-in"].text]
    command, *shown = console.splitlines()
    readme = typed()["README.md#try-it/5"].text
    with (
        Typing(machine, command.removeprefix("$ "), "one") as one,
        Typing(machine, readme, "two") as two,
    ):
        for typing in (one, two):
            typing.sees(r"code:  (\S+)")
            code = re.findall(r"code:  (\S+)", typing.printed)[0]
            alice.post("/api/device/answer", user_code=code, allow=True)
        one.sees("opens the chat")
        two.sees("F1 help")
        assert (one.ended(), two.ended(pressing="\x11")) == (0, 0)  # Ctrl-Q
    for line in filter(None, shown):
        pattern = re.escape(machine.here(line)).replace("WDJB\\-MJHT", r"\w{4}-\w{4}")
        assert re.search(pattern, one.printed), (line, one.printed)
