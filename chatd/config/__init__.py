"""What can be set, reading it, refusing what is unsafe, taking over what changed."""
