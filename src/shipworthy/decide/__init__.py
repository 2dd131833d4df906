"""Refactor or rebuild, on which path, with what plan and effort: a decision that explains itself."""
