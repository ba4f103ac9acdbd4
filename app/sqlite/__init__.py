"""The events of a question, and the records that they name, as a SQLite file."""
