"""What is generated from the wire is up to date, complete, and true."""

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chatd import description, features
from chatd.core.codes import CLOSES, CODES
from chatd.engine.rows import EventRow
from chatd.features.messages import render_message
from chatd.wire import export
from chatd.wire.catalogue import Catalogue, tag
from chatd.wire.codec import Codec, encode
from chatd.wire.document import document
from chatd.wire.examples import Examples
from chatd.wire.frames import Limits
from chatd.wire.javascript import javascript
from chatd.wire.schema import schema
from tests.fakes.tiny import TINY
from tests.wire.decoder import FrameDecoder, Unknown

CATALOGUE = description.catalogue()
EXAMPLES = Examples(CATALOGUE)
CODEC = Codec(entry.command for entry in CATALOGUE.commands)
DECODER = FrameDecoder(CATALOGUE.said)
PAGE = description.protocol_text().decode()


def name(value: Any) -> str:
    return tag(value) if isinstance(value, type) else tag(value.command)


def test_no_generated_file_is_stale() -> None:
    assert export.stale() == []
    assert export.main(["--check"]) == 0


def test_a_stale_file_is_found(tmp_path: Path) -> None:
    assert set(export.stale(tmp_path)) == set(export.generated())
    for path, text in export.generated().items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(text)
    (tmp_path / "docs/protocol.md").write_text("old")
    assert export.stale(tmp_path) == ["docs/protocol.md"]


@pytest.mark.parametrize("entry", CATALOGUE.commands, ids=name)
def test_the_example_of_a_command_is_one(entry: Any) -> None:
    line = EXAMPLES.line(entry.command)
    assert line in PAGE
    assert type(CODEC.decode(line.encode(), 8)) is entry.command


@pytest.mark.parametrize("kind", CATALOGUE.said, ids=name)
def test_the_example_of_a_frame_is_one(kind: Any) -> None:
    line = EXAMPLES.line(kind)
    assert line in PAGE
    frame = DECODER.decode(line)
    assert type(frame) is kind
    assert not any(isinstance(part, Unknown) for part in getattr(frame, "events", []))


def test_every_line_of_json_on_the_page_decodes() -> None:
    blocks = re.findall(r"```json\n(.*?)\n```", PAGE, re.DOTALL)
    assert len(blocks) == len(CATALOGUE.commands) + len(CATALOGUE.said)
    for block in blocks:
        json.loads(block)


def test_what_one_types_in_the_first_minute_are_commands() -> None:
    lines = re.findall(r"^> (\{.*\})$", PAGE, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        CODEC.decode(line.encode(), 8)


def test_every_code_close_code_and_limit_is_on_the_page() -> None:
    for code in CODES:
        assert f"| `{code.value}` |" in PAGE
    for close in CLOSES:
        assert f"| {int(close)} |" in PAGE
    for limit in Limits.__struct_fields__:
        assert f"| `{limit}` |" in PAGE


def test_links_on_the_page_lead_somewhere() -> None:
    heads = re.findall(r"^#+ (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", head).lower().replace(" ", "-") for head in heads}
    wanted = set(re.findall(r"\]\(#([^)]+)\)", PAGE))
    assert wanted and wanted <= anchors


def test_nothing_is_left_to_fill_in() -> None:
    assert "{{" not in PAGE


def test_the_errors_of_a_command_follow_from_its_handler() -> None:
    errors = {name(entry): set(entry.errors) for entry in CATALOGUE.commands}
    assert {"conflict", "too-long", "forbidden", "not-found", "blocked"} <= errors["send"]
    assert "gone" in errors["edit"] and "gone" not in errors["create_room"]
    assert "name-taken" in errors["create_room"] and "name-taken" not in errors["send"]
    assert errors["join"] >= {"banned", "exists"}
    assert errors["rooms"] == set()
    assert "forbidden" not in errors["resume"]
    assert "conflict" not in errors["history"]


def resolve(definitions: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    return definitions[part["$ref"].rpartition("/")[2]] if "$ref" in part else part


def test_the_schema_keeps_the_four_sorts_apart_and_lists_all() -> None:
    made = schema(CATALOGUE)
    definitions = made["$defs"]
    for sort, kinds in {
        "Command": [entry.command for entry in CATALOGUE.commands],
        "Reply": CATALOGUE.replies,
        "Event": CATALOGUE.events,
        "Signal": CATALOGUE.signals,
    }.items():
        tags = {
            resolve(definitions, part)["properties"]["type"]["enum"][0]
            for part in definitions[sort]["anyOf"]
        }
        assert (
            tags
            == {tag(kind) for kind in kinds}
            == set(definitions[sort]["discriminator"]["mapping"])
        )


def test_every_reference_in_the_schema_leads_somewhere() -> None:
    made = schema(CATALOGUE)
    for reference in re.findall(r'"\$ref": "#/\$defs/([^"]+)"', json.dumps(made)):
        assert reference in made["$defs"]


def test_commands_in_the_schema_take_no_further_fields() -> None:
    definitions = schema(CATALOGUE)["$defs"]
    for part in definitions["Command"]["anyOf"]:
        assert resolve(definitions, part)["additionalProperties"] is False


def test_any_table_of_features_can_be_exported() -> None:
    tiny = description.catalogue([TINY])
    assert schema(tiny)["$defs"]["Event"]["discriminator"]["mapping"].keys() == {
        "remark",
        "entrance",
    }
    assert '@property {"say"} type' in javascript(tiny)
    assert "### `say`: command" in document("{{features}}", tiny)
    assert Examples(Catalogue(())).of(features.ALL[0].rows[0].command)["type"] == "send"


def test_the_javascript_has_each_name_once() -> None:
    names = re.findall(r"@typedef \{.*\} (\w+)", javascript(CATALOGUE))
    assert len(names) == len(set(names)) > len(CATALOGUE.said)
    used = set(re.findall(r"Array<(\w+)>", javascript(CATALOGUE))) - {"string", "number"}
    assert used <= set(names)


def test_what_the_javascript_exports_is_json() -> None:
    constants = re.findall(
        r"^export const (\w+) = (?:Object\.freeze\()?(.*?)\)?;$",
        javascript(CATALOGUE),
        re.MULTILINE | re.DOTALL,
    )
    values = {word: json.loads(text) for word, text in constants}
    assert values["SUBPROTOCOL"] == "chatd.v1"
    assert values["COMMANDS"]["send"] == {"keyed": True, "reply": "done"}
    assert "message" in values["EVENTS"] and "welcome" in values["SIGNALS"]
    assert values["CODES"]["rate-limited"]["retry"] is True
    assert values["CLOSES"]["4501"]["comeBack"] is False


def test_a_message_of_128_characters_takes_at_most_350_bytes() -> None:
    row = EventRow(
        position=36**7 - 1,
        room="r4x2m9c7k1ap",
        seq=9_999_999,
        number=9_999_999,
        kind="message",
        author="u7h3n5d0qzw2",
        author_name="a-rather-long-user-name",
        at=1_767_225_600_000,
        target=None,
        body=msgspec.json.encode({"text": "x" * 128}),
    )
    assert len(encode(render_message(row, "k3v9x2mq.zzzzzzz"))) <= 350
