"""Backups: made while the daemon runs, checked, kept, and brought back."""
