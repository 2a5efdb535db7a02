"""`chatctl address`: who comes from a blocked network goes at once and does not come back."""

import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import pytest_twisted
from twisted.internet.threads import deferToThread

from tests.daemon import Daemon, WentWrong
from tests.scenarios.wss import WssWorld

BEHIND_PROXY = {
    "server": {"proxies": ["127.0.0.1/32"], "forwarded_by": "x-forwarded-for"},
}


def get(daemon: Daemon, **headers: str) -> int:
    """The status of the front page; 0 where no TLS connection comes about."""
    trust = ssl.create_default_context(cafile=str(daemon.ca))
    asked = urllib.request.Request(daemon.url.replace("localhost", "127.0.0.1"), headers=headers)
    try:
        with urllib.request.urlopen(asked, context=trust, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        refused.close()
        return refused.code
    except OSError:
        return 0


@pytest_twisted.ensureDeferred
async def test_a_block_closes_who_is_there_and_refuses_who_comes(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        world = WssWorld(daemon)
        await world.person("alice")
        link = await world.connect("alice", 0)
        asked = {"network": "127.0.0.1", "reason": "tests"}
        told = await deferToThread(lambda: daemon.ask("address_block", **asked, dry_run=True))
        assert (told["network"], told["connections"], told["dry_run"]) == ("127.0.0.1/32", 1, True)
        told = await deferToThread(lambda: daemon.ask("address_block", **asked))
        assert told["connections"] == 1
        await link.ended()
        assert link.code == 4502
        assert await deferToThread(get, daemon) == 0
        await deferToThread(lambda: daemon.ask("address_unblock", network="127.0.0.1/32"))
        assert await deferToThread(get, daemon) == 200
        await world.stop()


def test_a_block_outlives_a_restart(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        daemon.ask("address_block", network="127.0.0.0/8", days=1)
        daemon.restart()
        assert get(daemon) == 0
        [row] = daemon.ask("address_list")
        assert row["network"] == "127.0.0.0/8"


def chatctl(daemon: Daemon, *arguments: str) -> str:
    """What it printed, with the daemon stopped."""
    program = "import sys; from chatd.admin.main import main; sys.exit(main())"
    command = [sys.executable, "-c", program, "--config", str(daemon.config), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True)
    return done.stdout


def test_without_a_daemon_the_block_holds_from_its_start(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        daemon.ask("address_block", network="127.0.0.1")
        assert get(daemon) == 0
        with pytest.raises(WentWrong, match="too much at once"):
            daemon.ask("address_block", network="0.0.0.0/0")
        with pytest.raises(WentWrong, match="neither an address nor a network"):
            daemon.ask("address_block", network="example.org")
        with pytest.raises(WentWrong, match="not blocked"):
            daemon.ask("address_unblock", network="192.0.2.1")
    assert "127.0.0.1/32" in chatctl(daemon, "address", "list")
    chatctl(daemon, "address", "unblock", "127.0.0.1")
    assert chatctl(daemon, "address", "list") == "none\n"
    with daemon:
        assert get(daemon) == 200


def test_behind_a_proxy_the_address_that_it_names_counts(tmp_path: Path) -> None:
    with Daemon(tmp_path, BEHIND_PROXY) as daemon:
        daemon.ask("address_block", network="203.0.113.0/24")
        assert get(daemon, **{"X-Forwarded-For": "203.0.113.9"}) == 403
        assert get(daemon, **{"X-Forwarded-For": "198.51.100.1"}) == 200
        daemon.ask("address_block", network="127.0.0.1")
        assert get(daemon, **{"X-Forwarded-For": "198.51.100.1"}) == 200


def test_an_ipv4_network_written_as_ipv6_is_that_ipv4_network(tmp_path: Path) -> None:
    with Daemon(tmp_path) as daemon:
        for written, meant in (
            ("::ffff:127.0.0.1", "127.0.0.1/32"),
            ("::ffff:7f00:0/104", "127.0.0.0/8"),
        ):
            assert daemon.ask("address_block", network=written)["network"] == meant
            assert get(daemon) == 0
            assert daemon.ask("address_unblock", network=written)["network"] == meant
            assert get(daemon) == 200
        with pytest.raises(WentWrong, match=r"0\.0\.0\.0/0 is too much at once"):
            daemon.ask("address_block", network="::ffff:0:0/96")
        with pytest.raises(WentWrong, match="holds every IPv4 address, written as IPv6"):
            daemon.ask("address_block", network="::/32")
        with pytest.raises(WentWrong, match="::/0 is too much at once"):
            daemon.ask("address_block", network="::/0")
        assert daemon.ask("address_list") == []
