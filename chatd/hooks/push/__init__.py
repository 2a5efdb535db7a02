"""Web Push: who has the page closed learns of what is meant for them (RFC 8030, 8291, 8292)."""
