"""Assess: ask every control about a prototype."""

from shipworthy.assess.assessment import Assessment, assess

__all__ = ["Assessment", "assess"]
