"""What lies in the store's folder, by name."""

FILE = "chatd.db"
#: Exists from a restore's first step to its last.
RESTORING = "chatd.restoring"
