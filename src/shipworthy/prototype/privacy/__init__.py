"""What the prototype knows of people, and who else gets it."""
