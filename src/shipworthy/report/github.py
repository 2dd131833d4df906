"""Gaps as annotations of GitHub Actions: lines that the runner shows beside the changed code.

The form of the lines is GitHub's: "Workflow commands for GitHub Actions", setting a notice, warning or
error message.
"""

from __future__ import annotations

from shipworthy.assess import Assessment
from shipworthy.control import Control
from shipworthy.finding import Finding, Severity
from shipworthy.prototype.tree import printable

_SHOWN = 10  # GitHub keeps so many annotations of each kind for a step
_COMMANDS = {
    Severity.CRITICAL: "error",
    Severity.HIGH: "error",
    Severity.MEDIUM: "warning",
    Severity.LOW: "notice",
}


def github_report(assessment: Assessment) -> str:
    """One line for each new gap, worst first, and how many there are beyond what GitHub shows."""
    controls = {c.id: c for c in assessment.controls}
    lines = [_line(gap, controls[gap.control]) for gap in assessment.new_gaps]
    for command in sorted(set(_COMMANDS.values())):
        of_kind = sum(line.startswith(f"::{command} ") for line in lines)
        if of_kind > _SHOWN:
            lines.append(f"{of_kind} {command}s; GitHub shows the first {_SHOWN} of a step")
    return "".join(f"{line}\n" for line in lines) or "shipworthy found no new gap\n"


def _line(gap: Finding, control: Control) -> str:
    properties = {"title": f"{control.title} ({control.id})"}
    if gap.location is not None:
        line = max(gap.location.line, 1)
        properties = {"file": gap.location.path, "line": str(line)} | properties
    named = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    message = f"{gap.message}. {control.consequence} shipworthy explain {control.id}"
    return f"::{_COMMANDS[gap.severity]} {named}::{_data(message)}"


def _data(text: str) -> str:
    """The message with what would end it escaped; control characters become visible."""
    return printable(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
