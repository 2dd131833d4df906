"""Precision of alarms that people have judged by opening the code.

    python benchmarks/precision.py ROUND [--name NAME --write docs/accuracy.md]

ROUND is a folder with `out/*.json`, the assessments (`shipworthy assess --json`) of prototypes that nobody
had worked with, and `judged*.tsv`, a sample of their alarms with the verdict of a reader who judged before
anything was mended: prototype, control, subject, severity, verdict (real, weight, doubtful or false) and
the class in words. The prototypes are other people's work and are not part of this repository.

`weight` is an alarm that is true and a step too severe or too mild; it is counted apart. The weighted share
asks how many of all the alarms would be real if each control were right as often as in its sample.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections import Counter
from pathlib import Path

from figures import replace_section, share

_VERDICTS = ("real", "weight", "doubtful", "false")


def read_verdicts(folder: Path) -> dict[str, Counter[str]]:
    """The verdicts for each control. Raises ValueError for a verdict that is none."""
    found: dict[str, Counter[str]] = {}
    for file in sorted(folder.glob("judged*.tsv")):
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
                if len(row) < 5 or row[0] == "prototype":
                    continue
                if row[4] not in _VERDICTS:
                    raise ValueError(f"{file}: {row[4]!r} is no verdict")
                found.setdefault(row[1], Counter())[row[4]] += 1
    return found


def read_alarms(folder: Path) -> tuple[Counter[str], int]:
    """How many alarms each control raised in all, and in how many prototypes."""
    alarms: Counter[str] = Counter()
    files = sorted(folder.glob("out/*.json"))
    for file in files:
        for finding in json.loads(file.read_text(encoding="utf-8"))["findings"]:
            if finding["outcome"] == "gap" and finding["confidence"] != "low":
                alarms[finding["control"]] += 1
    return alarms, len(files)


def table(verdicts: dict[str, Counter[str]], alarms: Counter[str], prototypes: int) -> str:
    """The Markdown table: a row for each control, and the totals."""
    whole = sum(verdicts.values(), Counter())
    lines = [
        f"{prototypes} prototypes, {alarms.total()} alarms, {whole.total()} judged",
        "",
        "| control | alarms | judged | real | true, other weight | doubtful | false |",
        "|---|---|---|---|---|---|---|",
    ]
    for control, counts in sorted(verdicts.items()):
        lines.append(_row(control, alarms[control], counts))
    lines.append(_row("**all**", alarms.total(), whole))
    lines += ["", f"Weighted by how often each control alarms: {_weighted(verdicts, alarms)}"]
    return "\n".join(lines)


def _row(name: str, alarms: int, counts: Counter[str]) -> str:
    judged = counts.total()
    shares = (share(counts["real"], judged), *(str(counts[verdict]) for verdict in _VERDICTS[1:]))
    return f"| {name} | {alarms} | {judged} | {' | '.join(shares)} |"


def _weighted(verdicts: dict[str, Counter[str]], alarms: Counter[str]) -> str:
    judged = {c: v for c, v in verdicts.items() if v.total()}
    whole = sum(alarms[c] for c in judged)
    right = sum(alarms[c] * v["real"] / v.total() for c, v in judged.items())
    return f"{100 * right / whole:.0f} % real" if whole else "–"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("round", type=Path)
    parser.add_argument("--name", default="first sight")
    parser.add_argument("--write", type=Path, help="the page whose section NAME is rewritten")
    given = parser.parse_args()
    alarms, prototypes = read_alarms(given.round)
    text = table(read_verdicts(given.round), alarms, prototypes)
    print(text)
    if given.write:
        replace_section(given.write, given.name, text)


if __name__ == "__main__":
    main()
