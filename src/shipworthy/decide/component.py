"""The parts of a prototype, each of which is judged by itself."""

from __future__ import annotations

from enum import StrEnum


class Component(StrEnum):
    """A part of a prototype that can be kept while another is replaced."""

    FRONTEND = "frontend"
    API = "api"  # endpoints and functions
    DATA_MODEL = "data-model"
    AUTH = "auth"  # who is let in, and what they may do
    AI = "ai"  # what asks a model
