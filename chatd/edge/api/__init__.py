"""The HTTP API under /api/v1: one table of calls, most of them for a command of the wire."""
