"""A prototype's facts, read once."""

from shipworthy.prototype.prototype import Engines, NotHere, Prototype, read_prototype

__all__ = ["Engines", "NotHere", "Prototype", "read_prototype"]
