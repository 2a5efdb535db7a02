"""Web Push: people whose page is closed learn what is meant for them (RFC 8030, 8291, 8292)."""
