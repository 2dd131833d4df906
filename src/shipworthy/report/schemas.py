"""The published JSON Schemas, by the name of their document."""

from __future__ import annotations

import json

from shipworthy.errors import ShipworthyError
from shipworthy.report.baseline import baseline_schema
from shipworthy.report.decision_document import decision_schema
from shipworthy.report.facts import facts_schema
from shipworthy.report.gate import gate_schema
from shipworthy.report.hardening_document import hardening_schema
from shipworthy.report.json_report import assessment_schema
from shipworthy.report.register import register_schema

SCHEMAS = {
    "assessment": assessment_schema,
    "baseline": baseline_schema,
    "decision": decision_schema,
    "facts": facts_schema,
    "gate": gate_schema,
    "hardening": hardening_schema,
    "register": register_schema,
}


def schema_text(document: str) -> str:
    """The schema as JSON text. Raises ShipworthyError for a name that is no document."""
    if document not in SCHEMAS:
        known = ", ".join(sorted(SCHEMAS))
        raise ShipworthyError(f"No document is called {document!r}; there are: {known}")
    return json.dumps(SCHEMAS[document](), indent=2, ensure_ascii=False) + "\n"
