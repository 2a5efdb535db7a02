"""The terminal client `chat`: a full screen, and a form for scripts."""
