"""What harden did, on a terminal: before and after, commits by area, refusals, what is left."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from shipworthy.finding import Severity
from shipworthy.harden.hardening import Commit, Hardening
from shipworthy.harden.repository import BRANCH
from shipworthy.prototype.tree import printable
from shipworthy.report.groups import by_control
from shipworthy.report.lines import Line, area_heading, counted
from shipworthy.report.text import COLOURS, shown
from shipworthy.report.verdict import verdict_of

_SHOWN = 5  # commits, refusals and left-overs of one kind that are named


@dataclass(frozen=True, slots=True)
class HardeningReport:
    """Renders with Rich; plain text without colour codes when the console is no terminal."""

    done: Hardening
    path: str

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        parts = (_head, _commits, _refused, _closable, _by_hand, _checks)
        for part in parts:
            for line in part(self.done):
                yield shown(line, console)
        yield _next(self.done, self.path)


def _head(done: Hardening) -> Iterator[Line]:
    before, after = verdict_of(done.before), verdict_of(done.after)
    name = Text(printable(done.before.prototype.root.name), "bold")
    yield Line(name.append(f"  {counted(len(done.commits), 'commit')}", "dim"))
    for word, verdict, assessment in (
        ("before", before, done.before),
        ("after", after, done.after),
    ):
        gaps = counted(len(assessment.gaps), "gap")
        blocking = counted(len(assessment.blockers), "place")
        text = Text(f"{word:<7}")
        text.append(verdict.headline, "bold red" if assessment.blockers else "bold green")
        text.append(f"  {gaps}, {blocking} of them block the launch", "dim")
        yield Line(text)
    if done.rotations:
        count = counted(len(done.rotations), "key")
        yield Line(
            Text(f"{'':<7}{count} to replace at the issuer: the git history alone shows them")
        )
    if done.is_thorough and done.after.blockers:
        yield Line(Text(f"{'':<7}What still blocks the launch needs a person"))
    for note in done.notes:
        yield Line(Text(f"Note: {printable(note)}", "yellow"))
    yield Line(Text())


def _commits(done: Hardening) -> Iterator[Line]:
    areas: dict[str, list[Commit]] = {}
    for commit in done.commits:
        areas.setdefault(commit.area, []).append(commit)
    for area, commits in areas.items():
        heading = Text(area_heading(area), "bold")
        yield Line(heading.append(f"  {counted(len(commits), 'commit')}", "dim"))
        for commit in commits[:_SHOWN]:
            text = Text(f"{commit.sha[:9]} ", "cyan").append(commit.subject, "default")
            yield Line(text.append(f"  {commit.review.value}", "dim"), 4)
        if len(commits) > _SHOWN:
            yield Line(Text(f"… and {len(commits) - _SHOWN} more", "dim"), 4)
        yield Line(Text())


def _refused(done: Hardening) -> Iterator[Line]:
    if not done.refused:
        return
    yield Line(Text("Tried, did not hold, left no trace", "bold"))
    for refusal in done.refused[:_SHOWN]:
        text = Text(printable(f"{refusal.finding.control} on {refusal.finding.subject}"), "cyan")
        yield Line(text.append(f"  {printable(refusal.reason)}", "default"), 4)
    if len(done.refused) > _SHOWN:
        yield Line(Text(f"… and {len(done.refused) - _SHOWN} more (--json)", "dim"), 4)
    yield Line(Text())


def _closable(done: Hardening) -> Iterator[Line]:
    """What the options of this run left out, so that nobody takes it for closed or impossible."""
    if not done.closable:
        return
    count = counted(len(done.closable), "gap")
    yield Line(Text(f"A machine may close {count} more that this run was not asked for", "bold"))
    for group in by_control([c.finding for c in done.closable], done.after.controls)[:_SHOWN]:
        text = Text(f"{group.severity.label:<9}", COLOURS[group.severity])
        yield Line(text.append(f"{group.control.title}  ×{len(group.findings)}", "default"), 4)
    yield Line(Text())


def _by_hand(done: Hardening) -> Iterator[Line]:
    if not done.by_hand:
        return
    yield Line(Text("Left for a person", "bold"))
    left = {f.finding for f in done.by_hand}
    how = {h.finding: h.how for h in done.by_hand}
    groups = by_control(left, done.after.controls)
    for group in groups[: 2 * _SHOWN]:
        text = Text(f"{group.severity.label:<9}", COLOURS[group.severity])
        text.append(group.control.title, "bold").append(f"  ×{len(group.findings)}", "dim")
        yield Line(text, 4)
        said = next((how[f] for f in group.findings if how[f]), "")
        yield Line(Text(printable(said) or f"shipworthy explain {group.control.id}", "default"), 13)
    if len(groups) > 2 * _SHOWN:
        rest = counted(len(groups) - 2 * _SHOWN, "more kind")
        yield Line(Text(f"… and {rest} of gap (--json)", "dim"), 4)
    yield Line(Text())


def _checks(done: Hardening) -> Iterator[Line]:
    if not done.checks:
        return
    yield Line(Text("The prototype's own checks", "bold"))
    for check in done.checks:
        text = Text(f"{check.name}: ").append(f"{check.after} afterwards")
        if check.before:
            text.append(f"; before: {check.before}", "dim")
        yield Line(text, 4)
    yield Line(Text())


def _next(done: Hardening, path: str) -> Text:
    where = printable(shlex.quote(path))
    text = Text("Next: ", "bold")
    if done.applied:
        return text.append(f"git -C {where} log", "cyan").append("   what your branch has now")
    if done.delivered or done.repository.continued:
        ours = f"git -C {where} log -p --reverse HEAD..{BRANCH}"
        text.append(ours, "cyan").append("   read the commits\n      ")
        text.append(f"git -C {where} merge --ff-only {BRANCH}", "cyan").append("   take them over")
        idle = not done.delivered and not done.closable
        return text.append("; nothing was left for a machine" if idle else "")
    if done.closable:
        return text.append(f"shipworthy harden {where}", "cyan").append(
            "   closes what this run was not asked for"
        )
    if done.after.gaps:
        worst = max(done.after.gaps, key=lambda gap: gap.severity.value)
        return text.append(f"shipworthy explain {worst.control}", "cyan").append(
            "   nothing was left for a machine; this is the worst for a person"
            if worst.severity.value >= Severity.HIGH.value
            else "   nothing was left for a machine"
        )
    return text.append(f"shipworthy assess {where}", "cyan").append("   nothing is open")
