"""What makes sending traces unsafe, or impossible: each with the fix."""

from pathlib import Path

from chatd.config.safety_outgoing import IsLoopback, Readable, authorities, unsafe_address
from chatd.config.settings_traces import Traces
from chatd.hooks.otlp.headers import headers


def unsafe_traces(traces: Traces, readable: Readable, is_loopback: IsLoopback) -> list[str]:
    if not traces.endpoint:
        return []
    found = unsafe_address(
        "traces.endpoint",
        traces.endpoint,
        is_loopback,
        example='endpoint = "https://otel.example.org/v1/traces"',
        carried="what proves who we are",
        instead="Put a header into traces.header_file.",
    )
    if traces.header_file:
        found += _headers(Path(traces.header_file), readable)
    return found + authorities("traces.ca_file", traces.ca_file)


def _headers(path: Path, readable: Readable) -> list[str]:
    name = "traces.header_file"
    make = f"`(umask 077; cat > {path})` and a line such as Authorization: Bearer TOKEN"
    try:
        headers(path.read_text("utf-8"))
    except FileNotFoundError:
        return [f"{name} {path} does not exist: make it with {make}."]
    except OSError as error:
        return [f"{name} {path} cannot be read: {error.strerror}."]
    except ValueError as error:
        return [f"{name} {path} holds no headers, {error}: make it anew with {make}."]
    return readable(path, name)
