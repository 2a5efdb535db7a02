"""What leaves the server by itself: signed webhooks about messages and absent people, and mail."""
