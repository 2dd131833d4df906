"""Personal data and secrets become placeholders before a provider sees them, and values again after."""

from __future__ import annotations

from shipworthy.gateway.redaction.found import SECRETS, Found
from shipworthy.gateway.redaction.recognisers import KINDS, recognise
from shipworthy.gateway.redaction.redactor import PersonalDataRedactor

__all__ = ["KINDS", "SECRETS", "Found", "PersonalDataRedactor", "recognise"]
