"""A prototype's facts, read once."""

from shipworthy.prototype.prototype import Engines, Prototype, read_prototype

__all__ = ["Engines", "Prototype", "read_prototype"]
