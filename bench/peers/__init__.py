"""Servers to compare with, each on its own best practice."""
