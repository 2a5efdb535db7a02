"""The slash commands: what each is called, what it takes, and what it does."""

from chatd.terminal.slash import files, messages, people, rooms  # they register themselves
from chatd.terminal.slash.registry import COMMANDS, is_command, perform

__all__ = ["COMMANDS", "files", "is_command", "messages", "people", "perform", "rooms"]
