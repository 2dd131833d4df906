"""The database of a prototype, rebuilt on a real PostgreSQL: replayed, seeded, attacked and described."""
