"""Where the code opens connections to databases."""
