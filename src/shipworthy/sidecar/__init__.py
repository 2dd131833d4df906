"""Run a prototype unchanged and surround it with an Envoy that enforces one short policy."""
