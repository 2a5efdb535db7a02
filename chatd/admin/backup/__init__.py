"""Backups: what is made while the daemon runs, looked over, kept, and brought back."""
