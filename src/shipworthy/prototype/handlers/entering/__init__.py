"""How each framework of Python calls what stands behind a route."""
