"""TypeScript, TSX and JavaScript put into the small language, one module per kind of node."""
