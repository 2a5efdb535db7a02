"""What it means: pure rules of users, rooms, roles, names, text and limits."""
