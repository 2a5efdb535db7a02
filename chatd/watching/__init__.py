"""What operators see of the daemon: figures, readiness, what one connection says."""
