"""Cross-origin rules."""
