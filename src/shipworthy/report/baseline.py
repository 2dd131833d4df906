"""A baseline as a JSON document, to be kept under version control."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from shipworthy.assess.baseline import Baseline
from shipworthy.documents import BrokenDocument, Document, from_json, schema_of, to_json
from shipworthy.errors import ShipworthyError
from shipworthy.report.json_report import inert

SCHEMA_ID: Literal["urn:shipworthy:schema:baseline:1"] = "urn:shipworthy:schema:baseline:1"
_LARGEST = 32_000_000  # bytes


class KnownGap(Document):
    """One gap, by what identifies it."""

    control: str
    subject: str


class BaselineDocument(Document):
    """All gaps that were known."""

    schema: Literal["urn:shipworthy:schema:baseline:1"]
    gaps: list[KnownGap]


def baseline_text(baseline: Baseline) -> str:
    """The baseline as JSON text, in an order that makes small differences small."""
    gaps = [KnownGap(control=c, subject=s) for c, s in sorted(baseline.known)]
    return inert(to_json(BaselineDocument(schema=SCHEMA_ID, gaps=gaps)))


def baseline_schema() -> dict[str, Any]:
    """The JSON Schema that every baseline meets."""
    return schema_of(BaselineDocument, SCHEMA_ID, "shipworthy baseline")


def read_baseline(file: Path) -> Baseline:
    """The baseline in a file. Raises ShipworthyError, naming the file, where it cannot be read."""
    try:
        if file.stat().st_size > _LARGEST:
            raise ShipworthyError(f"{file} is larger than {_LARGEST:,} bytes: that is no baseline")
        document = from_json(file.read_text(encoding="utf-8"), BaselineDocument)
    except OSError as error:
        write = f"--write-baseline {file} writes one"
        raise ShipworthyError(f"{file} cannot be read: {error.strerror}; {write}") from error
    except (BrokenDocument, UnicodeDecodeError) as error:
        raise ShipworthyError(f"{file} is no baseline: {error}") from error
    return Baseline(frozenset((gap.control, gap.subject) for gap in document.gaps))
