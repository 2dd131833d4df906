"""What SQL files say of a database, read and not run: the rules they end in, and what those let pass."""
