"""Attack the proxy in front of a prototype from outside, and say what held."""
