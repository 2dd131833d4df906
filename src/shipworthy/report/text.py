"""The assessment on a terminal: what blocks the launch first, in words a founder understands."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from shipworthy.assess import Assessment
from shipworthy.assess.acceptance import unmatched
from shipworthy.assess.checklist import Answer, checklists
from shipworthy.finding import Finding, Outcome, Proof, Severity
from shipworthy.prototype.prototype import NOT_REPLAYED
from shipworthy.prototype.tree import printable
from shipworthy.report.access_map import access_map
from shipworthy.report.access_table import access_table
from shipworthy.report.database import database_lines
from shipworthy.report.groups import Group, by_control
from shipworthy.report.lines import Line, counted
from shipworthy.report.unjudged import unjudged

TOP = 10  # controls that are shown in full
ENTRIES = 10  # entry points of the access map
_PLACES = 3  # subjects named per control
_QUESTIONS = 3  # questions that are shown
_REASONS = 6  # reasons why something was not seen
COLOURS = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "dim",
}


@dataclass(frozen=True, slots=True)
class TextReport:
    """Renders with Rich; plain text without colour codes when the console is no terminal."""

    assessment: Assessment
    path: str
    every_gap: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        assessment = self.assessment
        yield _headline(assessment)
        yield Text()
        groups = by_control(assessment.new_gaps, assessment.controls)
        first = groups if self.every_gap else groups[:TOP]
        for number, group in enumerate(first, 1):
            for line in _group(number, group, self.every_gap):
                yield shown(line, console)
        if len(groups) > len(first):
            yield Text(f"… and {counted(len(groups) - len(first), 'more kind')} of gap (--all)\n")
        for line in _set_aside(assessment):
            yield shown(line, console)
        for line in _questions(assessment.questions, self.every_gap):
            yield shown(line, console)
        yield from _access(assessment, self.path)
        if len({c.area for c in assessment.controls}) > 1:
            yield from _checklists(assessment)
        for line in database_lines(assessment.prototype):
            yield shown(line, console)
        for line in _unknowns(assessment):
            yield shown(line, console)
        yield _counts(assessment)
        yield Text()
        yield _next_step(assessment, self.path)


def _access(assessment: Assessment, path: str) -> RenderResult:
    """The first rows of the access map, where there are server entry points."""
    rows = access_map(assessment)
    if not rows:
        return
    yield Text(f"Who gets in: {counted(len(rows), 'server entry point')}", "bold")
    yield Padding(access_table(rows, ENTRIES), (0, 0, 0, 4))
    more = f"… and {len(rows) - ENTRIES} more: " if len(rows) > ENTRIES else ""
    note = (
        "* its database client is not held back by row security. "
        if any(r.bypasses for r in rows[:ENTRIES])
        else ""
    )
    step = f"shipworthy access {printable(shlex.quote(path))}"
    yield Text(f"    {note}{more}{step}\n", "dim")


def _checklists(assessment: Assessment) -> RenderResult:
    """How many rows of each checklist have which answer."""
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in ("checklist", *(a.value.replace("_", " ") for a in Answer)):
        table.add_column(name, justify="left" if name == "checklist" else "right", style="dim")
    for checklist in checklists(assessment):
        if checklist.is_checklist:
            counts = {a: str(checklist.count(a)) for a in Answer}
            no = Text(counts.pop(Answer.NO), "bold red" if not checklist.ready else "dim")
            table.add_row(checklist.title, counts.pop(Answer.YES), no, *counts.values())
    yield table
    yield Text()


def shown(line: Line, console: Console) -> RenderableType:
    """Indented and wrapped on a terminal; elsewhere one whole line, which programs can read."""
    if console.is_terminal:
        return Padding(line.text, (0, 0, 0, line.indent))
    return Text(" " * line.indent).append_text(line.text)


def _headline(assessment: Assessment) -> Text:
    prototype = assessment.prototype
    stack = prototype.stack
    kind = " + ".join((*stack.frameworks, *stack.data)[:6]) or "unknown stack"
    origin = prototype.origin.tool.value.replace("_", " ")
    made = "origin unknown" if origin == "unknown" else f"made with {origin}"
    text = Text()
    text.append(printable(prototype.root.name), "bold")
    text.append(f"  {made}, {kind}, {counted(len(prototype.files), 'file')}\n", "dim")
    blockers, doors = {f.control for f in assessment.blockers}, unjudged(assessment)
    if blockers:
        block = "blocks" if len(blockers) == 1 else "block"
        kinds = f"{counted(len(blockers), 'kind')} of gap"
        text.append(f"Not ready to launch: {kinds} {block} it.", "bold red")
        if doors:
            text.append(f" Who may reach {doors} could not be looked at.", "bold yellow")
    elif doors:
        said = f"Not all of it could be read: who may reach {doors} could not be looked at."
        text.append(f"{said} In the rest nothing was found that blocks the launch.", "bold yellow")
    elif assessment.gaps:
        text.append("No gap blocks the launch; some should be closed.", "bold yellow")
    elif any(f.outcome is Outcome.SATISFIED for f in assessment.findings):
        text.append("No gap found in what was looked at.", "bold green")
    else:
        text.append("Nothing was found that a control could judge.", "bold yellow")
    return text


def _group(number: int, group: Group, every: bool) -> Iterator[Line]:
    control, count = group.control, len(group.findings)
    title = Text(f"{number:>2}. ")
    title.append(f"{group.severity.label:<9}", COLOURS[group.severity])
    title.append(control.title, "bold")
    title.append(f"  {control.id}", "dim")
    if count > 1:
        title.append(f"  ×{count}", "dim")
    yield Line(title)
    yield Line(Text(control.consequence), 13)
    for cause in group.causes:
        place = Text(printable(str(cause.place)), "cyan")
        yield Line(place.append(f"  {printable(cause.sentence)}", "bold"), 13)
    for finding in group.findings if every else group.examples[:_PLACES]:
        yield Line(_place(finding), 13)
    if not every and count > _PLACES:
        yield Line(Text(f"… and {count - _PLACES} more", "dim"), 13)
    yield Line(Text())


def _place(finding: Finding) -> Text:
    text = Text()
    text.append(printable(str(finding.location or finding.subject)), "cyan")
    text.append(f"  {printable(finding.message)}")
    if finding.proof is not Proof.OBSERVED:
        text.append(f"  [{finding.proof.value}]", "bold magenta")
    return text


def _set_aside(assessment: Assessment) -> Iterator[Line]:
    """What is no part of the answer: known gaps, accepted ones, and acceptances of nothing."""
    known = len(assessment.gaps) - len(assessment.new_gaps)
    if known:
        yield Line(Text(f"{counted(known, 'gap')} of the baseline not shown (--json has all)\n"))
    settings = assessment.prototype.settings
    asked = {c.id for c in assessment.controls}
    stale = unmatched(settings.intent, asked, assessment.findings)
    if not assessment.accepted and not stale:
        return
    yield Line(Text("Accepted in shipworthy.toml", "bold"))
    for finding in assessment.accepted:
        place = f"{finding.control} on {finding.subject} "
        yield Line(Text(printable(place)).append(printable(finding.accepted), "dim"), 4)
    for acceptance in stale:
        place = f"{acceptance.control} on {acceptance.subject}"
        yield Line(Text(printable(f"{place}: no such gap (any more); take it out"), "yellow"), 4)
    yield Line(Text())


def _questions(questions: Sequence[Finding], every: bool) -> Iterator[Line]:
    """What only a person can answer; one line each."""
    if not questions:
        return
    yield Line(Text("Questions for a person", "bold"))
    for finding in questions if every else questions[:_QUESTIONS]:
        yield Line(_place(finding).append(f"  {finding.control}", "dim"), 4)
    if not every and len(questions) > _QUESTIONS:
        yield Line(Text(f"… and {len(questions) - _QUESTIONS} more (--all)", "dim"), 4)
    yield Line(Text())


def _unknowns(assessment: Assessment) -> Iterator[Line]:
    unknown = [f for f in assessment.findings if f.outcome is Outcome.UNKNOWN]
    if not unknown and not assessment.unread:
        return
    yield Line(Text("Not seen", "bold"))
    reasons: dict[str, dict[str, int]] = {}
    for finding in unknown:
        subjects = reasons.setdefault(finding.message, {})
        subjects[finding.control] = subjects.get(finding.control, 0) + 1
    for reason, subjects in list(reasons.items())[:_REASONS]:
        yield Line(Text(f"{_asked(subjects)}: {printable(reason)}", "dim"), 4)
    if len(reasons) > _REASONS:
        yield Line(Text(f"… and {len(reasons) - _REASONS} more (--json)", "dim"), 4)
    for unread in assessment.unread[:4]:
        yield Line(Text(f"{unread.path}: {unread.reason}", "dim"), 4)
    if len(assessment.unread) > 4:
        yield Line(Text(f"… and {len(assessment.unread) - 4} more unread", "dim"), 4)
    yield Line(Text())


def _asked(subjects: dict[str, int]) -> str:
    """The controls that had the same reason: by name where they are few."""
    if len(subjects) > 2:
        return f"{len(subjects)} controls"
    named = (f"{name} ×{count}" if count > 1 else name for name, count in subjects.items())
    return ", ".join(named)


def _counts(assessment: Assessment) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    for name in ("area", "gaps", "satisfied", "unknown", "not applicable"):
        table.add_column(name, justify="left" if name == "area" else "right", style="dim")
    area_of = {c.id: c.area for c in assessment.controls}
    counts = Counter(
        (area_of[f.control], Outcome.UNKNOWN if f.is_question else f.outcome)
        for f in assessment.findings
        if not f.accepted
    )
    for area in sorted(set(area_of.values())):
        row = [counts[(area, o)] for o in (Outcome.GAP, Outcome.SATISFIED, Outcome.UNKNOWN)]
        gaps, *rest = (*row, counts[(area, Outcome.NOT_APPLICABLE)])
        table.add_row(
            area.replace("_", " "), Text(str(gaps), "bold red" if gaps else "dim"), *map(str, rest)
        )
    return table


def _next_step(assessment: Assessment, path: str) -> Text:
    path = printable(shlex.quote(path))
    text = Text("Next: ", "bold")
    groups = by_control(assessment.new_gaps, assessment.controls)
    if groups:
        text.append(f"shipworthy explain {groups[0].control.id}", "cyan")
        text.append("   why it matters and how it is fixed\n      ")
        text.append(f"shipworthy assess {path} --all", "cyan")
        text.append("   every gap with its place")
        if any(f.message == NOT_REPLAYED for f in assessment.findings):
            text.append(f"\n      shipworthy prove {path}", "cyan")
            text.append("   rebuild the database, attack it, and show what leaks")
        text.append(f"\n      shipworthy harden {path}", "cyan")
        text.append("   close what a machine can close, as proven commits on a branch")
    elif any(f.outcome is Outcome.UNKNOWN for f in assessment.findings):
        text.append(f"shipworthy assess {path} --json", "cyan")
        text.append("   what could not be seen, and why")
    else:
        text.append("shipworthy controls", "cyan")
        text.append("   what was looked at")
    return text
