"""Drawings of a prototype from its facts, as SVG."""
