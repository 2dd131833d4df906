"""Precision and recall of the server-side controls on entry points that people have labelled.

    python benchmarks/accuracy.py LABELS [--misses] [--write docs/accuracy.md]

LABELS is a folder of JSON files, one per prototype, made by reading before the controls were asked:
`root` (where its files are), and `entries`, each with `path`, `line`, `end_line` and `gaps` of `control`,
`line`, `severity` and `why`. An entry that lists no gap for a control has none. The prototypes are other
people's work and are not part of this repository; a label file says nothing of whose they are.

A finding counts where its entry point was labelled. It is right when the label lists that control there,
or one of its kin (KIN): who may call is one defect, whatever the three controls about it call it. LOW
confidence is a question, not an alarm, and counts for nothing.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from figures import replace_section, share

from shipworthy.finding import Finding
from shipworthy.pipeline import run_assess
from shipworthy.settings import Settings

KIN = {
    "unauthenticated-endpoint": "who may call",
    "missing-authorisation": "who may call",
    "privileged-client": "who may call",
    "privileged-client-for-any-caller": "who may call",
    "fail-open-guard": "who may call",
    "debug-endpoint": "who may call",
    "mass-assignment": "what callers decide",
    "client-decided-money": "what callers decide",
    "missing-input-validation": "what callers decide",
    "ssrf": "server-side-request-forgery",
    "xss": "html-injection",
    "email-relay": "open-email-relay",
    "webhook-unverified": "webhook",
    "webhook-replay": "webhook repeats",
    "not-idempotent": "webhook repeats",
}
SERVER_CONTROLS = [
    "brute-force",
    "client-decided-money",
    "command-injection",
    "csrf",
    "debug-endpoint",
    "default-secret",
    "fail-open-guard",
    "home-grown-auth",
    "host-header-link",
    "html-injection",
    "internals-in-response",
    "mass-assignment",
    "missing-authorisation",
    "missing-input-validation",
    "missing-rate-limit",
    "non-atomic-writes",
    "nosql-injection",
    "not-idempotent",
    "open-email-relay",
    "open-redirect",
    "path-traversal",
    "privileged-client-for-any-caller",
    "read-modify-write-race",
    "server-side-request-forgery",
    "sql-injection",
    "template-injection",
    "unauthenticated-endpoint",
    "user-enumeration",
    "weak-random",
    "webhook-replay",
    "webhook-unverified",
]
"""The controls that judge what an entry point does: what the labels were made for."""
_SERIOUS = ("critical", "high")


@dataclass(slots=True)
class Tally:
    """Counts of one control or group."""

    right: int = 0
    wrong: int = 0
    found: Counter[str] = field(
        default_factory=Counter
    )  # labelled gaps that were found, by severity
    missed: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> str:
        """Right alarms of all alarms."""
        return share(self.right, self.right + self.wrong)

    def recall(self, severities: Iterable[str]) -> str:
        """Labelled gaps of these severities that were found."""
        found = sum(self.found[s] for s in severities)
        return share(found, found + sum(self.missed[s] for s in severities))


def measure(folder: Path, misses: bool) -> tuple[dict[str, Tally], int, int]:
    """Assess each labelled prototype and compare: tallies, prototypes and entry points."""
    tallies: dict[str, Tally] = {}
    entries = prototypes = 0
    for file in sorted(folder.glob("*.json")):
        labels = json.loads(file.read_text(encoding="utf-8"))
        prototypes += 1
        entries += len(labels["entries"])
        findings = list(_alarms(Path(labels["root"])))
        for line in _compare(labels["entries"], findings, tallies):
            if misses:
                print(f"{file.stem}: {line}")
    return tallies, prototypes, entries


def _alarms(root: Path) -> Iterator[Finding]:
    for finding in run_assess(root, Settings(), SERVER_CONTROLS).findings:
        if finding.is_alarm:
            yield finding


def _group(control: str) -> str:
    if control.startswith("other:"):
        return "no control for it yet"
    return KIN.get(control, control)


def _compare(
    entries: list[dict[str, Any]], findings: list[Finding], tallies: dict[str, Tally]
) -> Iterator[str]:
    alarms: dict[int, list[Finding]] = {}
    for finding in findings:
        number = _entry_of(finding, entries)
        if number is not None:
            alarms.setdefault(number, []).append(finding)
    for number, entry in enumerate(entries):
        labelled = {_group(gap["control"]) for gap in entry["gaps"]}
        raised = {_group(finding.control) for finding in alarms.get(number, ())}
        for finding in alarms.get(number, ()):
            tally = tallies.setdefault(_group(finding.control), Tally())
            if _group(finding.control) in labelled:
                tally.right += 1
            else:
                tally.wrong += 1
                yield f"FALSE {finding.control} {entry['path']}:{entry['line']} {finding.message}"
        for group in labelled:
            tally = tallies.setdefault(group, Tally())
            severity = _worst(g["severity"] for g in entry["gaps"] if _group(g["control"]) == group)
            (tally.found if group in raised else tally.missed)[severity] += 1
            if group not in raised and severity in _SERIOUS:
                why = next(g["why"] for g in entry["gaps"] if _group(g["control"]) == group)
                yield f"MISSED {severity} {group} {entry['path']}:{entry['line']} {why}"


def _worst(severities: Iterable[str]) -> str:
    order = ("critical", "high", "medium", "low")
    return min(severities, key=order.index)


def _entry_of(finding: Finding, entries: list[dict[str, Any]]) -> int | None:
    """The labelled entry point that a finding is about: its first evidence stands in it, or at the very
    line of the same file where the label says that this defect is (a secret that the file begins with)."""
    place = finding.location
    if place is None:
        return None
    for number, entry in enumerate(entries):
        end = entry.get("end_line") or entry["line"]
        if entry["path"] == place.path and entry["line"] - 3 <= place.line <= end:
            return number
    group = _group(finding.control)
    for number, entry in enumerate(entries):
        if entry["path"] == place.path and any(
            _group(gap["control"]) == group and abs(gap["line"] - place.line) <= 1
            for gap in entry["gaps"]
        ):
            return number
    return None


def table(tallies: dict[str, Tally]) -> str:
    """The figures as a Markdown table, with a sum."""
    whole = Tally()
    rows = ["| defect | precision | recall, critical and high | recall, all |", "|---|---|---|---|"]
    for name in sorted(tallies):
        tally = tallies[name]
        whole.right += tally.right
        whole.wrong += tally.wrong
        whole.found += tally.found
        whole.missed += tally.missed
        rows.append(_row(name, tally))
    return "\n".join([*rows, _row("**all**", whole)])


def _row(name: str, tally: Tally) -> str:
    every = ("critical", "high", "medium", "low")
    return f"| {name} | {tally.precision} | {tally.recall(_SERIOUS)} | {tally.recall(every)} |"


def main() -> None:
    """Measure, print, and write the figures between the marks of a document."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("labels", type=Path)
    parser.add_argument("--misses", action="store_true", help="print each false alarm and miss")
    parser.add_argument("--write", type=Path, help="put the table into this document")
    parser.add_argument("--name", default="held-out", help="the name of the set in the document")
    given = parser.parse_args()
    tallies, prototypes, entries = measure(given.labels, given.misses)
    text = f"{prototypes} prototypes, {entries} entry points\n\n{table(tallies)}"
    print(text)
    if given.write:
        replace_section(given.write, given.name, text)


if __name__ == "__main__":
    main()
