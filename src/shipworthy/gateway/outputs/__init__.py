"""What a model's answer may carry to the caller."""

from __future__ import annotations

from shipworthy.gateway.outputs.check import AnswerCheck

__all__ = ["AnswerCheck"]
