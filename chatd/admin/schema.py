"""The JSON Schema of chatctl's answers, made from `answers`.

python -m chatd.admin.schema        writes docs/chatctl.schema.json (make generate)
"""

import json
from pathlib import Path
from typing import Any, Final

import msgspec

from chatd.admin.answering import SCHEMA, Exit
from chatd.admin.answers import ANSWERS

FILE: Final = Path(__file__).parents[2] / "docs" / "chatctl.schema.json"
_REF: Final = "#/$defs/{name}"


def schema() -> dict[str, Any]:
    """Of what standard output says, and of a refusal on standard error."""
    kinds = list(ANSWERS.values())
    parts, named = msgspec.json.schema_components(kinds, ref_template=_REF)
    exits = [int(code) for code in Exit if code is not Exit.DONE]
    refusal = _object(
        schema={"const": SCHEMA},
        command={"type": "string", "description": "Empty where none was understood."},
        refused=_object(code={"type": "string"}, message={"type": "string"}),
        exit={"enum": exits},
    )
    answers = [
        _object(schema={"const": SCHEMA}, command={"const": command}, done=part)
        for command, part in zip(ANSWERS, parts, strict=True)
    ]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "What chatctl --json answers",
        "oneOf": [*answers, refusal],
        "$defs": {name: _closed(one) for name, one in sorted(named.items())},
    }


def _object(**properties: Any) -> dict[str, Any]:
    return _closed({"type": "object", "properties": properties, "required": list(properties)})


def _closed(one: dict[str, Any]) -> dict[str, Any]:
    """Nothing may stand there that is not described."""
    if one.get("type") == "object" and "properties" in one:
        return {**one, "additionalProperties": False}
    return one


def text() -> str:
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), "utf-8")
