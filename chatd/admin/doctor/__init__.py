"""`chatctl doctor`: what is wrong with a server, why that matters, and the line that fixes it."""
