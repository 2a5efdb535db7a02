"""What is remembered: one portable SQL text, the writer, the readers, migrations."""
