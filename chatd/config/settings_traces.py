"""The settings of traces."""

from dataclasses import dataclass

from chatd.config.setting import between, setting


@dataclass(frozen=True, slots=True)
class Traces:
    """[traces]: an OpenTelemetry collector that is told how commands and requests went, never what
    was said (docs/operating.md). Without an endpoint nothing is recorded."""

    endpoint: str = setting(
        "",
        'Where to post OTLP/JSON to, such as "http://127.0.0.1:4318/v1/traces"; https, unless it is'
        " on this machine.",
        private=True,
    )
    header_file: str = setting(
        "",
        "File with a header that the collector wants, such as Authorization: Bearer and a token, a"
        " line for each, which nobody else may read.",
    )
    ratio: float = setting(
        0.01,
        "The part of commands and requests that is recorded, where the caller does not say by"
        " traceparent whether it records its own.",
        check=between(0, 1),
    )
    slow_ms: float = setting(
        250.0,
        "What takes so long or longer is recorded in any case.",
        unit="ms",
        check=between(0, 3_600_000),
    )
    timeout_seconds: float = setting(
        10.0, "For one request, from the look-up to the answer.", unit="s", check=between(1, 25)
    )
    ca_file: str = setting(
        "", "PEM file of the authorities to trust for it; empty: those of the system."
    )
