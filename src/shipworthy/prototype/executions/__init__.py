"""Text that becomes code, SQL, a command or markup, and where it comes from."""
