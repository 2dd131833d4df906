"""What the OSPS Baseline's controls correspond to in other frameworks: ids, as its authors map them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

_FILE = Path(__file__).parent / "data" / "osps" / "crosswalk.json"

NAMES: Mapping[str, str] = {
    "CRA": "EU Cyber Resilience Act, Annex I",
    "SSDF": "NIST SP 800-218 (SSDF)",
    "CSF": "NIST Cybersecurity Framework",
    "800-161": "NIST SP 800-161",
    "SLSA": "SLSA",
    "Scorecard": "OpenSSF Scorecard",
    "OpenCRE": "OpenCRE",
    "PCIDSS": "PCI DSS (numbers only)",
}


@cache
def crosswalk() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """By control ("AC-01"): by framework, the ids it corresponds to. Correspondence is no compliance."""
    read = json.loads(_FILE.read_text(encoding="utf-8"))
    return {
        control: {framework: tuple(ids) for framework, ids in mapped.items()}
        for control, mapped in read.items()
    }


def corresponding(row: str) -> Mapping[str, tuple[str, ...]]:
    """What a row ("osps:AC-01.01") corresponds to; empty for rows of other frameworks."""
    prefix, _, id = row.partition(":")
    return crosswalk().get(id.partition(".")[0], {}) if prefix == "osps" else {}
