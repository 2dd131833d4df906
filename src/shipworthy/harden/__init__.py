"""Harden: every remedy one reviewable commit, verified or gone."""

from shipworthy.harden.hardening import Hardening
from shipworthy.harden.loop import harden

__all__ = ["Hardening", "harden"]
