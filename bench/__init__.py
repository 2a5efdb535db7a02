"""Measures chatd beside a plain Autobahn server: `make bench`."""
