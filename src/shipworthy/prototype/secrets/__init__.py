"""Secrets and the environment they should come from."""
