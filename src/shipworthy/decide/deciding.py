"""Decide: signals become verdicts, verdicts a path and a plan, the plan an estimate."""

from __future__ import annotations

import hashlib
from collections import Counter

from shipworthy.assess import Assessment
from shipworthy.decide.choosing import choose_path
from shipworthy.decide.confidence import confidence
from shipworthy.decide.contradictions import contradictions
from shipworthy.decide.decision import Decision
from shipworthy.decide.estimating import make_estimate
from shipworthy.decide.flipping import flips
from shipworthy.decide.judging import Hidden, Judgement, component_verdicts, judge
from shipworthy.decide.options import options
from shipworthy.decide.parts import parts_of
from shipworthy.decide.planning import make_plan, remedies_of
from shipworthy.decide.questions import unanswered
from shipworthy.decide.signals import measure
from shipworthy.decide.sizing import choose_tier
from shipworthy.intent.answers import Answers
from shipworthy.prototype.source import Role, unread_language


def decide(assessment: Assessment, answers: Answers | None = None) -> Decision:
    """What becomes of the prototype. `answers` are those of its shipworthy.toml where none are given.

    Pure but for the git history: the same assessment, answers and
    day give the same decision.
    """
    settings = assessment.prototype.settings
    given = settings.intent.decide if answers is None else answers
    today = settings.today
    against = contradictions(assessment, given, today)
    used = given.without(frozenset().union(*(c.answers for c in against)))
    signals = measure(assessment, used)
    parts, gaps = parts_of(assessment)
    hidden = _hidden(assessment)
    judged = judge(signals, parts, used, hidden)
    path = choose_path(assessment, used, signals, judged.verdicts, judged.overall, today)
    components = component_verdicts(judged, signals, parts, gaps)
    remedies = remedies_of(assessment)
    plan = make_plan(assessment, remedies, components, judged.overall, path, used)
    return Decision(
        assessment=assessment,
        answers=given,
        overall=judged.overall,
        why=judged.why,
        components=components,
        signals=signals,
        grounds=judged.grounds,
        rebuild=judged.rebuild,
        confidence=confidence(signals, judged, used, len(against)),
        flips=flips(signals, parts, used, judged, hidden),
        unanswered=unanswered(used),
        contradictions=tuple(c.says for c in against),
        path=path,
        tier=choose_tier(assessment.prototype, used),
        plan=plan,
        estimate=make_estimate(plan, used, today),
        options=tuple(options(assessment, remedies, components, path, used, today)),
        digest=_digest(assessment, given, judged),
    )


def _hidden(assessment: Assessment) -> Hidden:
    """What of the product's code, by size, could not be read: because it could not be opened, or is
    written in a language that is not parsed."""
    code = [
        f for f in assessment.prototype.of_role(Role.PRODUCT) if f.language or unread_language(f)
    ]
    unread = [f for f in code if f.text is None or not f.language]
    whole = sum(f.size for f in code)
    sizes = Counter[str]()
    for file in unread:
        sizes[unread_language(file)] += file.size
    languages = tuple(name for name, _ in sizes.most_common() if name)
    return Hidden(sizes.total() / whole if whole else 0.0, languages)


def _digest(assessment: Assessment, answers: Answers, judged: Judgement) -> str:
    verdicts = sorted((c.value, v.value) for c, v in judged.verdicts.items())
    said = f"{assessment.digest}\0{answers!r}\0{judged.overall.value}\0{verdicts!r}"
    return hashlib.sha256(said.encode()).hexdigest()
