"""What chatctl prints of others' texts: they can be read, and they can do nothing."""

import argparse
from typing import Any, cast

from chatd.admin import main
from chatd.settings import Settings


def test_no_label_speaks_to_the_operators_terminal(capsys: Any) -> None:
    options = argparse.Namespace(json=False, action="token_list")
    label = "\x1b]52;c;cm0gLXJmIC8=\x07bot\u202e\x9b31m"
    main._show([{"id": "c1", "label": label}], options, cast(Settings, None))
    main._show({"name": label}, options, cast(Settings, None))
    shown = capsys.readouterr().out
    assert "bot" in shown
    assert all(char.isprintable() or char == "\n" for char in shown)
