"""shipworthy takes an AI-built prototype to production and keeps it there."""

__version__ = "0.1.0"
