"""What the code writes to its logs."""
