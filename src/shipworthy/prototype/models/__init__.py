"""Calls of language, image and speech models."""
