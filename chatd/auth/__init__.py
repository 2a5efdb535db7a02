"""Who is speaking: passwords, sessions, tokens, tickets, origins."""
