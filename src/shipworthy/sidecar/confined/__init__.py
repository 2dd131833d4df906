"""A program in a network of its own. Runs on the bare interpreter: nothing here imports what is not in it."""
