"""The decision on a terminal: the verdict first, then what it rests on, then path, plan and cost."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

from shipworthy.decide import Decision
from shipworthy.decide.confidence import word
from shipworthy.decide.estimate import Range
from shipworthy.decide.path import PathOption
from shipworthy.decide.plan import Means, Phase, Task
from shipworthy.decide.signal import Direction, Signal
from shipworthy.decide.verdict import Flip, Overall, Verdict
from shipworthy.prototype.tree import printable
from shipworthy.report.lines import Line, counted
from shipworthy.report.text import shown

_COLOURS = {
    Verdict.ABSENT: "dim",
    Verdict.KEEP: "green",
    Verdict.HARDEN: "green",
    Verdict.REFACTOR: "yellow",
    Verdict.REBUILD: "red",
}
_TASKS = 8  # of a phase that are shown
_FLIPS = 6
_PLACES = 2  # of the evidence of a signal


@dataclass(frozen=True, slots=True)
class DecisionReport:
    """Renders with Rich; plain text without colour codes when the console is no terminal."""

    decision: Decision
    path: str
    everything: bool = False

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        parts = (_head, _components, _signals, _unknown, _flips, _path, _tier, _options)
        for part in parts:
            for line in part(self.decision):
                yield shown(line, console)
        for line in (*_plan(self.decision, self.everything), *_estimate(self.decision)):
            yield shown(line, console)
        for line in (*_answers(self.decision), *_next(self.decision, self.path)):
            yield shown(line, console)


def _head(decision: Decision) -> Iterator[Line]:
    colour = "green" if decision.overall is Overall.HARDEN else "yellow"
    if decision.overall in (Overall.REBUILD, Overall.NOT_YET):
        colour = "red"
    name = Text(printable(decision.assessment.prototype.root.name), "bold").append("  ")
    name.append(_capital(decision.overall.value), f"bold {colour}")
    sure = f"  confidence {decision.confidence:.0%} ({word(decision.confidence)})"
    sure += f", balance {decision.rebuild:.0%} for rebuilding"
    yield Line(name.append(sure, "dim"))
    yield Line(Text(printable(decision.why)))
    for says in decision.contradictions:
        yield Line(Text(f"Contradiction, set aside: {printable(says)}", "yellow"))
    yield Line(Text())


def _components(decision: Decision) -> Iterator[Line]:
    yield Line(Text("Part by part", "bold"))
    for found in decision.components:
        text = Text(f"{found.component.value:<11}")
        text.append(f"{found.verdict.value:<11}", _COLOURS[found.verdict])
        yield Line(text.append(printable(found.why), "default"), 4)
    yield Line(Text())


def _signals(decision: Decision) -> Iterator[Line]:
    yield Line(Text("What it rests on", "bold").append("  keep ◀ ▶ rebuild, by weight", "dim"))
    known = sorted((s for s in decision.signals if s.known), key=lambda s: (-abs(s.points), s.name))
    for signal in known:
        text = Text(f"{_mark(signal)} {signal.points:+5.1f}  ")
        text.append(printable(signal.value)).append(f"  {signal.name}", "cyan")
        text.append(f", from {signal.source}", "dim")
        yield Line(text, 4)
        if signal.direction is not Direction.KEEP:
            for evidence in signal.evidence[:_PLACES]:
                if evidence.location:
                    place = f"{printable(str(evidence.location))}  {printable(evidence.excerpt)}"
                    yield Line(Text(place, "dim"), 15)
    yield Line(Text())


def _mark(signal: Signal) -> Text:
    marks = {Direction.KEEP: ("◀", "green"), Direction.REBUILD: ("▶", "red")}
    return Text(*marks.get(signal.direction, ("·", "dim")))


def _unknown(decision: Decision) -> Iterator[Line]:
    if not decision.unknown:
        return
    yield Line(Text("Not known, so it counts nothing", "bold"))
    for signal in decision.unknown:
        text = Text(f"{signal.title}: ").append(printable(signal.reason), "default")
        yield Line(text.append(f"  {signal.name}", "cyan"), 4)
    yield Line(Text())


def _flips(decision: Decision) -> Iterator[Line]:
    yield Line(Text("What would flip it", "bold"))
    if not decision.flips:
        yield Line(Text("no single signal"), 4)
    for flip in decision.flips[:_FLIPS]:
        yield Line(_flip(flip, decision), 4)
    if len(decision.flips) > _FLIPS:
        yield Line(Text(f"… and {len(decision.flips) - _FLIPS} more (--json)", "dim"), 4)
    yield Line(Text())


def _flip(flip: Flip, decision: Decision) -> Text:
    parts = [f"{component.value} {verdict.value}" for component, verdict in flip.changed]
    if flip.overall is not decision.overall:
        parts.insert(0, flip.overall.value)
    return Text(f"{flip.seen}: ").append(", ".join(parts), "yellow")


def _path(decision: Decision) -> Iterator[Line]:
    choice = decision.path
    yield Line(Text("Path: ", "bold").append(choice.sentence, "default"))
    for option in choice.options:
        yield Line(_option(option, option.path in choice.sequence), 4)
    yield Line(Text())


def _option(option: PathOption, chosen: bool) -> Text:
    text = Text(f"{option.path.value:<14}", "green" if chosen else "dim")
    text.append(f"{option.points:+5.1f}  ", "default")
    if option.barred:
        return text.append(f"not possible: {option.barred}", "default")
    said = "; ".join(f"{reason.says} ({reason.points:+g})" for reason in option.reasons)
    return text.append(said or "nothing speaks for it", "default")


def _tier(decision: Decision) -> Iterator[Line]:
    tier = decision.tier
    yield Line(Text("Architecture: ", "bold").append(f"{tier.tier.value}; {tier.why}", "default"))
    yield Line(Text(", ".join(tier.parts)), 4)
    for premature in tier.premature:
        yield Line(Text(f"Too early: {printable(premature)}", "yellow"), 4)
    yield Line(Text())


def _options(decision: Decision) -> Iterator[Line]:
    yield Line(Text("The other ways, if all parts went them", "bold"))
    for option in decision.options:
        text = Text(f"{option.overall.value:<21}").append(f"{_range(option.hours)} hours")
        yield Line(text.append(f"  risk {option.risk}", "dim"), 4)
    yield Line(Text())


def _plan(decision: Decision, everything: bool) -> Iterator[Line]:
    plan = decision.plan
    if not plan.tasks:
        return
    heading = Text("Plan", "bold").append(f"  {counted(len(plan.tasks), 'task')}", "dim")
    yield Line(heading.append(", hours with half a chance", "dim"))
    for phase in Phase:
        tasks = plan.of(phase)
        if not tasks:
            continue
        yield Line(Text(_capital(phase.value), "bold"), 4)
        few = tasks if everything else tasks[:_TASKS]
        for task in few:
            yield Line(_task(decision, task), 8)
        if len(tasks) > len(few):
            yield Line(
                Text(f"… and {counted(len(tasks) - len(few), 'more task')} (--all)", "dim"), 8
            )
    yield Line(Text())


def _task(decision: Decision, task: Task) -> Text:
    text = Text(f"{decision.estimate.of(task.id).hours.p50:5.1f}  ").append(task.title)
    if len(task.closes) > 1:
        text.append(f"  ×{len(task.closes)}", "dim")
    text.append(f"  {task.id}", "cyan").append(f"  {task.owner.value}", "dim")
    if task.means is not Means.BY_HAND:
        text.append(f", {task.means.value}", "green")
    known = {t.id for t in decision.plan.tasks}
    before = [name for name in task.after if name in known]
    return text.append(f", after {', '.join(before)}", "dim") if before else text


def _estimate(decision: Decision) -> Iterator[Line]:
    estimate = decision.estimate
    if not decision.plan.tasks:
        return
    yield Line(
        Text("Estimate", "bold").append("  one in ten below, half, nine in ten below", "dim")
    )
    yield Line(Text(f"hours   {_range(estimate.hours)}"), 4)
    saved = (
        f"{_range(estimate.by_hand)} without what harden proposes: it takes off {estimate.saved:g}"
    )
    yield Line(Text(f"by hand {saved}"), 4)
    yield Line(Text(f"weeks   {_range(estimate.weeks)}"), 4)
    if estimate.money:
        unit = estimate.currency or "(no currency was stated)"
        yield Line(Text(f"money   {_range(estimate.money)} {unit}"), 4)
    for warning in estimate.warnings:
        yield Line(Text(f"Mind: {warning}", "yellow"), 4)
    bands = "; ".join(
        f"{b.name} {b.low:,.0f}–{b.high:,.0f} {b.unit} ({b.source})" for b in estimate.bands
    )
    yield Line(Text(f"Others publish: {bands}", "dim"), 4)
    for assumption in estimate.assumptions:
        yield Line(Text(f"assumed: {assumption}", "dim"), 4)
    yield Line(Text())


def _range(found: Range) -> str:
    return f"{found.p10:,.0f} – {found.p50:,.0f} – {found.p90:,.0f}"


def _answers(decision: Decision) -> Iterator[Line]:
    if not decision.unanswered:
        return
    yield Line(Text("Not answered, so nothing was guessed", "bold"))
    for question in decision.unanswered:
        text = Text(f"{question.name:<15}", "cyan").append(f"{question.asks} ", "default")
        yield Line(text.append(f"({question.why})", "dim"), 4)
    yield Line(Text())


def _next(decision: Decision, path: str) -> Iterator[Line]:
    where = printable(shlex.quote(path))
    text = Text("Next: ", "bold")
    if decision.unanswered:
        text.append(f"shipworthy decide {where} --ask", "cyan").append(
            "   answer what only a person can"
        )
    elif decision.plan.tasks:
        text.append(f"shipworthy decide {where} --plan plan.md", "cyan").append(
            "   hand out the tasks"
        )
    else:
        text.append(f"shipworthy assess {where}", "cyan").append("   what was found")
    yield Line(text)
    if any(task.means is not Means.BY_HAND for task in decision.plan.tasks):
        second = Text(f"shipworthy harden {where}", "cyan")
        yield Line(second.append("   have a machine close what it can"), 6)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
