"""The tables that SQL and schema code define."""
