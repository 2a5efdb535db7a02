"""What systemd hands over at the start, and what it is told while the daemon runs."""
