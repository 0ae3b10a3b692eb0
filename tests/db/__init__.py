"""Services on a real SQLite file."""
