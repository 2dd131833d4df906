"""What each server entry point does for whom: its principal, its checks, its effects."""
