"""`chatctl doctor` looks at a server below a path through the proxy that takes the path away."""

from collections.abc import Iterator

import pytest

from tests.admin.doctor.front import HOST, Papers, Proxy, names, proxy
from tests.admin.doctor.test_outside import FEW, Server
from tests.daemon import Daemon, free_port


@pytest.fixture(scope="module")
def below(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Proxy]]:
    folder = tmp_path_factory.mktemp("below")
    papers, port = Papers(folder / "papers"), free_port()
    papers.good()
    with proxy(papers, port) as front:
        front.ways.takes = {"/chat": port}
        settings = {
            "server": {
                "public_url": f"https://{HOST}:{front.port}/chat/",
                "listen": [f"127.0.0.1:{port}"],
                "proxies": ["127.0.0.1/32"],
                "forwarded_by": "x-forwarded-for",
            },
            "tls": {"terminated": True, "certificate": "", "key": ""},
        }
        with Daemon(folder / "server", FEW, settings, port=port) as daemon:
            yield Server(daemon, papers), front


def test_a_healthy_server_below_a_path_gives_no_warning(below: tuple[Server, Proxy]) -> None:
    server, front = below
    findings = server.doctor("--quick")
    assert names(findings) == []
    said = {one["name"]: one["what"] for one in findings}
    assert said["page"] == f"answers at https://{HOST}:{front.port}/chat/"
    assert said["socket"].startswith("opens in ")


def test_a_proxy_that_does_not_take_the_path_away_is_named_with_its_line(
    below: tuple[Server, Proxy],
) -> None:
    server, front = below
    takes, front.ways.takes = front.ways.takes, {}
    found = {one["name"]: one["do"] for one in server.doctor("--quick") if one["grade"] == "fault"}
    assert "location /chat/ { proxy_pass http://chatd/; }" in found["path-kept"]
    assert "replace-path /chat/(.*) /\\1" in found["path-kept"]
    front.ways.takes = takes
    server.well("--quick")


def test_the_line_for_a_wrong_origin_has_the_path(below: tuple[Server, Proxy]) -> None:
    server, front = below
    front.ways.replaced = {"origin": "https://other.test"}
    found = {one["name"]: one["do"] for one in server.doctor("--quick")}
    assert f'public_url = "https://{HOST}:{front.port}/chat/" below' in found["wrong-origin"]
    front.ways.replaced = {}
    server.well("--quick")
