"""What the code does when something fails."""
