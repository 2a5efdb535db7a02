"""The harness of the bench: it measures something, and it notices what is missing. No timed test:
the machine that runs the tests has other things to do."""

import dataclasses
from pathlib import Path

import pytest

from bench import load, measure, report, servers
from bench.__main__ import SMOKE, Bench
from bench.cores import cores
from bench.measure import Missing

pytestmark = pytest.mark.load
PROGRAM = servers.ROOT / "var" / "bench"


def quiet(text: str) -> None:
    """Nobody reads the progress of a test."""


def test_both_servers_are_measured_and_everything_sent_arrives(tmp_path: Path) -> None:
    found = Bench(SMOKE, tmp_path, load.build(PROGRAM)).run()
    for figures in (*found["chatd"], *found["autobahn"]):
        assert figures["connects_per_second"] > 0
        assert 0 < figures["light_p50_ms"] <= figures["light_p99_ms"]
    [ours] = found["chatd"]
    assert ours["sends_many_per_second"] > 0
    text = report.as_text(report.table(found["chatd"], found["autobahn"]))
    assert "10 messages/s: p50, ms" in text


def test_a_server_that_drops_deliveries_is_noticed(tmp_path: Path) -> None:
    servers.prepare_chatd(tmp_path)  # for its certificate
    core, load_core = cores()
    scale = dataclasses.replace(SMOKE, clients=10)
    with (
        servers.autobahn(tmp_path, core, "tests.bench.dropping_server") as server,
        load.Load(
            load.build(PROGRAM),
            server.port,
            room="",
            people=[("", [])] * scale.clients,
            folder=tmp_path,
            core=load_core,
            server=server.pid,
        ) as crowd,
    ):
        measure.connect(crowd, server, scale, quiet)
        with pytest.raises(Missing, match="clients did not get what was sent"):
            measure.light(crowd, server, scale, quiet)


def test_a_loss_is_printed_like_a_win() -> None:
    ours = {"light_p50_ms": 20.0, "most_per_second": 900.0}
    theirs = {"light_p50_ms": 10.0, "most_per_second": 300.0}
    lines = report.table([ours], [theirs])
    assert [line[3] for line in lines] == ["2.0× slower", "3.0× better"]
