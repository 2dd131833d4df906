"""The assessment as a comment on a pull request: verdict, blockers, what is new, what comes next."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from shipworthy import __version__
from shipworthy.assess import Assessment
from shipworthy.finding import Finding, Proof
from shipworthy.prototype.tree import printable
from shipworthy.report.groups import Group, by_control
from shipworthy.report.lines import counted
from shipworthy.report.not_seen import not_seen
from shipworthy.report.verdict import Readiness, verdict_of

LONGEST = 60_000
"""Characters; forges refuse a comment of more than 65,536."""
MARKER = "<!-- shipworthy -->"
"""By which a later run finds its own comment again."""

_MOST_BLOCKERS = 25  # rows of the table
_PLACES = 12  # of one kind of gap
_REASONS = 12
_SIGNS = {
    Readiness.NOT_READY: "Not ready to launch",
    Readiness.CONDITIONAL: "Nothing seen that blocks the launch",
    Readiness.READY: "Ready to launch",
}
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~>])")
_STEERING = re.compile(r"(^|[^\w/])@(?=\w)")


def markdown_report(assessment: Assessment) -> str:
    """GitHub-flavoured Markdown of at most LONGEST characters; what does not fit is counted.

    Everything of the prototype is escaped: it makes no markup, no link and notifies nobody.
    """
    groups = by_control(assessment.gaps, assessment.controls)
    head = "\n".join([*_head(assessment), *_blockers(groups), *_changes(assessment)])
    foot = "\n".join([*_not_seen(assessment), *_next(assessment, groups)])
    left = LONGEST - len(head) - len(foot) - 200  # for the line on what was left out
    return f"{head}\n{_details(assessment, groups, left)}\n{foot}".rstrip() + "\n"


def escaped(text: str) -> str:
    """Text of the prototype as text: no markup, no HTML, no mention, on one line, safe in a table."""
    text = " ".join(printable(text).split())
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    text = _SPECIAL.sub(r"\\\1", text)
    text = _STEERING.sub("\\1@\u200b", text)
    return text.replace("://", ":\u200b//").replace("www.", "www\u200b.")


def code(text: str) -> str:
    """Text as a code span; a backtick or a pipe in it ends neither the span nor the cell."""
    text = " ".join(printable(text).split()).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if "`" in text else ""
    return f"{fence}{space}{text}{space}{fence}"


def _head(assessment: Assessment) -> Iterator[str]:
    verdict = verdict_of(assessment)
    prototype = assessment.prototype
    yield MARKER
    sign = _SIGNS[verdict.readiness].lower() + (f", {verdict.but}" if verdict.but else "")
    yield f"## {escaped(prototype.root.name)}: {sign}"
    yield ""
    yield verdict.sentence
    yield ""
    commit = prototype.git.commit[:12] if prototype.git and prototype.git.commit else ""
    of = f"commit {code(commit)}, " if commit else ""
    yield f"<sub>{of}content {code(assessment.digest[:16])}, shipworthy {__version__}</sub>"
    yield ""


def _blockers(groups: Sequence[Group]) -> Iterator[str]:
    blocking = [g for g in groups if g.severity.blocks_launch]
    if not blocking:
        return
    yield "| | what it means | gap | places | for example |"
    yield "|---|---|---|---:|---|"
    for group in blocking[:_MOST_BLOCKERS]:
        proven = " (proven)" if Proof.PROVEN in group.proofs else ""
        yield (
            f"| **{group.severity.label}** | {escaped(group.control.consequence)} "
            f"| {escaped(group.control.title)}{proven} | {len(group.findings)} "
            f"| {_place(group.findings[0])} |"
        )
    if len(blocking) > _MOST_BLOCKERS:
        more = counted(len(blocking) - _MOST_BLOCKERS, "more kind")
        yield f"| | and {more} of gap that block | | | |"
    yield ""


def _changes(assessment: Assessment) -> Iterator[str]:
    gaps, new = assessment.gaps, assessment.new_gaps
    if assessment.baseline is not None:
        blocking = sum(f.severity.blocks_launch for f in new)
        known = len(gaps) - len(new)
        yield (
            f"**{len(new):,} new** against the baseline, {blocking:,} of them block the launch; "
            f"{known:,} were there before."
        )
        yield ""
    accepted = len(assessment.accepted)
    questions = len(assessment.questions)
    yield (
        f"{counted(len(gaps), 'gap')} in all, {counted(questions, 'question')} for a person"
        + (f", {accepted:,} accepted." if accepted else ".")
    )
    yield ""


def _details(assessment: Assessment, groups: Sequence[Group], room: int) -> str:
    """One block that opens per kind of gap, as many as there is room for."""
    new = set(assessment.new_gaps) if assessment.baseline is not None else set()
    parts: list[str] = []
    for number, group in enumerate(groups):
        block = "\n".join(_block(group, new))
        if len(block) > room:
            rest = counted(len(groups) - number, "more kind")
            parts.append(f"{rest} of gap did not fit: `shipworthy assess PATH --all` shows them.\n")
            break
        room -= len(block) + 1
        parts.append(block)
    return "\n".join(parts)


def _block(group: Group, new: Iterable[Finding]) -> Iterator[str]:
    title = escaped(group.control.title)
    yield (
        f"<details><summary>{group.severity.label}: {title}, "
        f"{counted(len(group.findings), 'place')}</summary>"
    )
    yield ""
    yield escaped(group.control.consequence)
    yield ""
    for cause in group.causes:
        yield f"- {code(str(cause.place))} **{escaped(cause.sentence)}**"
    for finding in group.examples[:_PLACES]:
        mark = "**new** " if finding in new else ""
        proven = " (proven)" if finding.proof is Proof.PROVEN else ""
        yield f"- {mark}{_place(finding)} {escaped(finding.message)}{proven}"
    if len(group.findings) > _PLACES:
        yield f"- and {len(group.findings) - _PLACES:,} more"
    yield ""
    yield f"Why and how: `shipworthy explain {group.control.id}`"
    yield ""
    yield "</details>"
    yield ""


def _place(finding: Finding) -> str:
    return code(str(finding.location or finding.subject))


def _not_seen(assessment: Assessment) -> Iterator[str]:
    unseen = not_seen(assessment)
    if not unseen and not assessment.unread:
        return
    total = sum(n.count for n in unseen)
    yield f"<details><summary>Not checked: {counted(total, 'question')} could not be answered</summary>"
    yield ""
    for reason in unseen[:_REASONS]:
        yield f"- {reason.count:,}× {escaped(reason.reason)}"
    if len(unseen) > _REASONS:
        yield f"- and {counted(len(unseen) - _REASONS, 'more reason')}"
    if assessment.unread:
        yield f"- {counted(len(assessment.unread), 'file')} could not be read in full"
    yield ""
    yield "</details>"
    yield ""


def _next(assessment: Assessment, groups: Sequence[Group]) -> Iterator[str]:
    if groups:
        yield f"**Next:** `shipworthy explain {groups[0].control.id}` says how the first is fixed."
    elif not_seen(assessment):
        yield "**Next:** `shipworthy assess PATH` says what could not be seen, and why."
