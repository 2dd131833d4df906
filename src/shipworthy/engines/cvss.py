"""The severity word for a CVSS v3 vector.

The formulas: https://www.first.org/cvss/v3.1/specification-document (7.1 and appendix A).
"""

from __future__ import annotations

from math import ceil

_WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "UI": {"N": 0.85, "R": 0.62},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
_PRIVILEGES = {"N": (0.85, 0.85), "L": (0.62, 0.68), "H": (0.27, 0.5)}  # scope unchanged, changed
_WORDS = ((9.0, "critical"), (7.0, "high"), (4.0, "moderate"), (0.1, "low"))


def severity_of(vector: str) -> str:
    """critical, high, moderate or low; '' for another version of CVSS or a broken vector."""
    score = base_score(vector)
    return next((word for least, word in _WORDS if score is not None and score >= least), "")


def base_score(vector: str) -> float | None:
    """The base score from 0 to 10 of a CVSS 3.0 or 3.1 vector; None for anything else."""
    if not vector.startswith("CVSS:3"):
        return None
    metrics = dict(part.split(":", 1) for part in vector.split("/")[1:] if ":" in part)
    try:
        weight = {name: values[metrics[name]] for name, values in _WEIGHTS.items()}
        privileges = _PRIVILEGES[metrics["PR"]][metrics["S"] == "C"]
    except KeyError:
        return None
    changed = metrics["S"] == "C"
    exposed = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (exposed - 0.029) - 3.25 * (exposed - 0.02) ** 15 if changed else 6.42 * exposed
    if impact <= 0:
        return 0.0
    ease = 8.22 * weight["AV"] * weight["AC"] * privileges * weight["UI"]
    total = (impact + ease) * (1.08 if changed else 1.0)
    # The specification rounds up to one decimal, on integers so that no float error adds a tenth.
    return ceil(round(min(total, 10.0) * 100_000) / 10_000) / 10
