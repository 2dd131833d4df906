"""Parsed code and the questions that every fact reader asks of it."""
