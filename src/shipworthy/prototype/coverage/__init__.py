"""Test coverage as the repository itself tells it: reports that lie in it, and the share that is demanded."""
