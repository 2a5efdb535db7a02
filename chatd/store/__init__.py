"""What is remembered: the SQL (SQLite's), the writer, the readers, migrations."""
