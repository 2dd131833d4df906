"""What several commands let people choose, and what comes of it."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from shipworthy.errors import CannotLook

if TYPE_CHECKING:
    from shipworthy.assess import Assessment


class Format(StrEnum):
    """How an assessment is written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"
    HTML = "html"
    MARKDOWN = "markdown"
    OSCAL = "oscal"


class FailOn(StrEnum):
    """From which severity on an open gap makes the exit code 1."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NEVER = "never"


class Grants(StrEnum):
    """What new tables grant to visitors and users by default."""

    AUTO = "auto"
    LEGACY = "legacy"
    STRICT = "strict"


def folder(given: str | Path) -> Path:
    """The folder that is named. Where nobody names one, what comes is the default."""
    text = str(given)
    if re.match(r"(https?|git|ssh|file)://|git@", text):
        raise CannotLook(f"addresses are not read yet: git clone {text}, then assess the folder")
    return Path(text)


def fails(assessment: Assessment, fail_on: FailOn | None) -> bool:
    """True where a new gap is as severe as was asked for, here or in shipworthy.toml."""
    from shipworthy.finding import Severity

    wanted = fail_on or FailOn(assessment.prototype.settings.intent.fail_on or "low")
    if wanted is FailOn.NEVER:
        return False
    least = Severity[wanted.name].value
    return any(gap.severity.value >= least for gap in assessment.new_gaps)
