"""Alarms about functions that nothing calls become questions: is this code still part of the product?"""

from __future__ import annotations

from dataclasses import replace

from shipworthy.control import Control
from shipworthy.finding import Confidence, Finding
from shipworthy.prototype import Prototype
from shipworthy.prototype.modules.uncalled import is_uncalled


def asked_of_uncalled(prototype: Prototype, control: Control, finding: Finding) -> Finding:
    """The finding; as a question where it is an alarm about a function that no code calls. What lies
    open whether it runs or not (exposed secrets) stays an alarm."""
    if not finding.is_alarm or control.never_hidden:
        return finding
    path, _, member = finding.subject.partition("#")
    function = member.partition(" ")[0].rpartition(".")[2]
    if not function or not is_uncalled(prototype, path, function):
        return finding
    message = (
        f"{finding.message} (no code seems to call {function}: is it still part of the product?)"
    )
    return replace(finding, message=message, confidence=Confidence.LOW)
