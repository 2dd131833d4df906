"""The plan for the tools that hand out work: Markdown, CSV, JSON, issues of GitHub and GitLab."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from shipworthy.decide import Decision
from shipworthy.decide.plan import Means, Phase, Task
from shipworthy.documents import to_json
from shipworthy.prototype.tree import printable
from shipworthy.report.decision_document import decision_document
from shipworthy.report.json_report import inert
from shipworthy.report.markdown import code, escaped


class PlanFormat(StrEnum):
    """How a plan is written."""

    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"
    GITHUB_ISSUES = "github-issues"
    GITLAB_ISSUES = "gitlab-issues"


_COLUMNS = (
    *("number", "id", "title", "phase", "owner", "means", "severity", "closes", "auto_fixable"),
    *("after", "hours_p10", "hours_p50", "hours_p90"),
    *("currency", "money_p10", "money_p50", "money_p90", "how"),
)
_PLACES = 20  # gaps that are listed in an issue
_LONGEST = 300  # characters of a subject: an issue takes 65,536
_FORMULAS = tuple("=+-@\t\r＝＋－＠")


def plan_text(decision: Decision, format: PlanFormat) -> str:
    """The plan in a format."""
    if format is PlanFormat.MARKDOWN:
        return _markdown(decision)
    if format is PlanFormat.CSV:
        return _csv(decision)
    if format is PlanFormat.JSON:
        return inert(to_json(decision_document(decision).plan))
    make = _github if format is PlanFormat.GITHUB_ISSUES else _gitlab
    issues = [make(decision, task) for task in decision.plan.tasks]
    return inert(json.dumps(issues, indent=2, ensure_ascii=False) + "\n")


def _markdown(decision: Decision) -> str:
    estimate = decision.estimate
    hours = estimate.hours
    lines = [
        f"# Plan for {escaped(decision.assessment.prototype.root.name)}",
        "",
        f"**{decision.overall.value}**: {escaped(decision.path.sentence)}",
        "",
        escaped(decision.why),
        "",
        f"{hours.p10:,.0f} to {hours.p90:,.0f} person-hours, half a chance of {hours.p50:,.0f}.",
    ]
    for phase in Phase:
        tasks = decision.plan.of(phase)
        if tasks:
            lines += ["", f"## {phase.value[:1].upper()}{phase.value[1:]}", ""]
            lines += [line for task in tasks for line in _item(decision, task)]
    lines += ["", "## Assumed", "", *(f"- {escaped(a)}" for a in estimate.assumptions)]
    return "\n".join(lines) + "\n"


def _item(decision: Decision, task: Task) -> Iterator[str]:
    found = decision.estimate.of(task.id).hours
    hours = f"{found.p10:g}–{found.p90:g} h"
    after = f"; after {', '.join(_before(decision, task))}" if _before(decision, task) else ""
    who = f"{task.owner.value}, {task.means.value}, {hours}{after}"
    yield f"- [ ] **{escaped(task.title)}** (`{task.id}`) {who}"
    yield f"  - {escaped(task.how)}"
    yield from (f"  - closes {line}" for line in _closed(task))


def _closed(task: Task) -> Iterator[str]:
    for gap in task.closes[:_PLACES]:
        yield f"`{gap.control}` on {code(gap.subject[:_LONGEST])}"
    if len(task.closes) > _PLACES:
        yield f"and {len(task.closes) - _PLACES} more"


def _csv(decision: Decision) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for number, task in enumerate(decision.plan.tasks, 1):
        found = decision.estimate.of(task.id)
        hours, money = found.hours, found.money
        price = (money.p10, money.p50, money.p90) if money else ("", "", "")
        closes = "; ".join(f"{f.control} on {f.subject}" for f in task.closes)
        row = (
            *(number, task.id, task.title, task.phase.value, task.owner.value, task.means.value),
            *(task.severity.label if task.severity else "", closes, len(task.remedies)),
            *(" ".join(_before(decision, task)), hours.p10, hours.p50, hours.p90),
            *((decision.estimate.currency or "") if money else "", *price, task.how),
        )
        rows.writerow([_cell(value) for value in row])
    return text.getvalue()


def _cell(value: object) -> object:
    """A spreadsheet runs what starts like a formula: names of a prototype must not."""
    if not isinstance(value, str):
        return value
    shown = printable(value)
    return f"'{shown}" if shown.lstrip().startswith(_FORMULAS) else shown


def _before(decision: Decision, task: Task) -> list[str]:
    """The ids of the tasks of this plan that come before."""
    known = {t.id for t in decision.plan.tasks}
    return [name for name in task.after if name in known]


def _github(decision: Decision, task: Task) -> dict[str, Any]:
    """The body of `POST /repos/OWNER/NAME/issues` of GitHub's REST API."""
    return {"title": printable(task.title), "body": _body(decision, task), "labels": _labels(task)}


def _gitlab(decision: Decision, task: Task) -> dict[str, Any]:
    """The body of `POST /projects/ID/issues` of GitLab's REST API; time is set by its quick action."""
    hours = max(1, round(decision.estimate.of(task.id).hours.p50))
    return {
        "title": printable(task.title),
        "description": f"{_body(decision, task)}\n/estimate {hours}h",
        "labels": ",".join(_labels(task)),
    }


def _labels(task: Task) -> list[str]:
    found = ["shipworthy", task.phase.value, task.owner.value]
    if task.severity:
        found.append(task.severity.label)
    return [*found, *(["auto-fixable"] if task.means is Means.AUTO else [])]


def _body(decision: Decision, task: Task) -> str:
    hours = decision.estimate.of(task.id).hours
    lines = [
        escaped(task.how),
        "",
        f"- phase: {task.phase.value}",
        f"- who: {task.owner.value}; {task.means.value}",
        f"- hours: {hours.p10:g} to {hours.p90:g}, half a chance of {hours.p50:g}",
        *(f"- after: `{name}`" for name in _before(decision, task)),
        *(f"- closes {line}" for line in _closed(task)),
    ]
    return "\n".join(lines) + "\n"
