"""One connection without its socket: states, liveness, limits, outbox."""
