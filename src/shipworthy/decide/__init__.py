"""Decide: refactor or rebuild, which path, with what plan and effort; a decision that explains itself."""

from shipworthy.decide.deciding import decide
from shipworthy.decide.decision import Decision

__all__ = ["Decision", "decide"]
