"""chatd: a secure, durable chat daemon."""

__version__ = "0.1.0"
