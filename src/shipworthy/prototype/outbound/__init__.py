"""HTTP calls that leave the prototype, and what bounds them."""
