"""The text of a pull request for what harden did: Markdown that a reviewer reads before the commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shipworthy.catalogue import entry
from shipworthy.harden.hardening import ByHand, Commit, Hardening
from shipworthy.remedy import Review, Untrack
from shipworthy.report.groups import Group, by_control
from shipworthy.report.lines import area_heading, counted
from shipworthy.report.markdown import code, escaped
from shipworthy.report.verdict import verdict_of

LONGEST = 60_000  # characters; the platforms refuse somewhat more
_COMMITS = 25  # that are named per area
_PLACES = 5


def pull_request_text(done: Hardening) -> str:
    """GitHub-flavoured Markdown; everything of the prototype is escaped."""
    parts = ("\n".join(part(done)) for part in (_head, _review, _commits, _refused, _checks, _left))
    text = "\n".join(part for part in parts if part)
    if len(text) > LONGEST:
        text = (
            text[: text.rindex("\n", 0, LONGEST)] + "\n\n… cut: `shipworthy harden --json` has all."
        )
    return text.rstrip() + "\n"


def _head(done: Hardening) -> Iterator[str]:
    before, after = verdict_of(done.before), verdict_of(done.after)
    count = sum(len(commit.closed) for commit in done.commits)
    yield f"## Close {counted(count, 'gap')} between prototype and production"
    yield ""
    yield "One commit per gap, or per migration. Each was proven: the gap is gone, no other was opened,"
    yield "and the prototype's own checks are no worse. Each can be taken back; its message says how."
    yield ""
    yield "| | before | after |"
    yield "|---|---|---|"
    yield f"| launch | {before.readiness.value} | {after.readiness.value} |"
    yield f"| places that block it | {len(done.before.blockers):,} | {len(done.after.blockers):,} |"
    if done.rotations:
        yield f"| of them keys to replace at their issuer | | {len(done.rotations):,} |"
    yield f"| gaps in all | {len(done.before.gaps):,} | {len(done.after.gaps):,} |"
    yield ""


def _review(done: Hardening) -> Iterator[str]:
    """What the reviewer must know before merging."""
    careful = [c for c in done.commits if c.review is Review.CAREFUL]
    migrations = [p for c in done.commits for p in c.paths if p.endswith(".sql")]
    untracked = [
        change.path
        for c in done.commits
        for one in c.closed
        for change in one.remedy.changes
        if isinstance(change, Untrack)
    ]
    said = []
    if careful:
        said.append(
            f"{counted(len(careful), 'commit')} marked *careful*: behaviour changes on purpose."
            " Read these; the others cannot change what users meet."
        )
    if migrations:
        said.append(
            f"{counted(len(migrations), 'new migration')}: try them on a copy of the production"
            " database first, and take a backup."
        )
    said += [
        f"{code(path)} leaves version control: merging deletes it from your checkout. Keep a copy, and"
        " set what stands in it wherever the app is built and run."
        for path in untracked
    ]
    if done.rotations:
        said.append(
            f"{counted(len(done.rotations), 'key')} to replace at the issuer: the git history alone shows"
            " them, and no commit can end that."
        )
    said += [escaped(note) for note in done.notes]
    if said:
        yield "### Before you merge"
        yield ""
        yield from (f"- {line}" for line in said)
        yield ""


def _commits(done: Hardening) -> Iterator[str]:
    areas: dict[str, list[Commit]] = {}
    for commit in done.commits:
        areas.setdefault(commit.area, []).append(commit)
    for area, commits in areas.items():
        yield f"### {area_heading(area)}: {counted(len(commits), 'commit')}"
        yield ""
        for commit in commits[:_COMMITS]:
            yield f"- {commit.sha[:9]} {escaped(commit.subject)} ({commit.review.value})<br>{_gaps(commit)}"
        if len(commits) > _COMMITS:
            yield f"- and {len(commits) - _COMMITS:,} more"
        yield ""


def _gaps(commit: Commit) -> str:
    """What a commit closes: its one gap, or the first of several."""
    named = [escaped(one.finding.message) for one in commit.closed[:_PLACES]]
    more = len(commit.closed) - len(named)
    return "<br>".join([*named, *([f"and {more:,} more"] if more else [])])


def _refused(done: Hardening) -> Iterator[str]:
    if not done.refused:
        return
    yield f"<details><summary>Tried and not kept: {len(done.refused)}</summary>"
    yield ""
    for refusal in done.refused:
        place = code(f"{refusal.finding.control}: {refusal.finding.subject}")
        yield f"- {place} {escaped(refusal.reason)}"
    yield ""
    yield "</details>"
    yield ""


def _checks(done: Hardening) -> Iterator[str]:
    if not done.checks:
        return
    yield "| check | before | after |"
    yield "|---|---|---|"
    for check in done.checks:
        yield f"| {escaped(check.name)} | {escaped(check.before) or 'not asked'} | {escaped(check.after)} |"
    yield ""


def _left(done: Hardening) -> Iterator[str]:
    if not done.by_hand:
        return
    yield f"### Left for a person: {counted(len(done.by_hand), 'place')}"
    yield ""
    for group in by_control([left.finding for left in done.by_hand], done.after.controls):
        yield from _group(group, done.by_hand)


def _group(group: Group, by_hand: Sequence[ByHand]) -> Iterator[str]:
    how = {left.finding: left.how for left in by_hand}
    title = f"{group.severity.label}: {escaped(group.control.title)}"
    yield f"<details><summary>{title}, {counted(len(group.findings), 'place')}</summary>"
    yield ""
    for finding in group.findings[:_PLACES]:
        told = f" **{escaped(how[finding])}**" if how[finding] else ""
        yield f"- {code(finding.subject)} {escaped(finding.message)}{told}"
    if len(group.findings) > _PLACES:
        yield f"- and {len(group.findings) - _PLACES:,} more"
    yield ""
    yield _how_to_fix(group.control.id)
    yield ""
    yield "</details>"
    yield ""


def _how_to_fix(control: str) -> str:
    """The words of a control on how its gap is fixed."""
    text = entry(control).readme.partition("\n## How it is fixed\n")[2]
    return text.partition("\n## ")[0].strip()
