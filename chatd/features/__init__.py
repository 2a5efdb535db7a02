"""What people can do: one file for each capability."""
