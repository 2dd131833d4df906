"""Database queries and what becomes of their results."""
