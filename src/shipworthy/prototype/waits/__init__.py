"""Where code waits for one answer after the other."""
