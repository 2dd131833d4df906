"""The cookies that a prototype sets."""
