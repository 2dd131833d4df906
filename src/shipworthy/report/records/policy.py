"""The privacy policy against reality: what the code does, and whether the policy speaks of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.prototype import Prototype
from shipworthy.prototype.source import Role
from shipworthy.report.markdown import code, escaped
from shipworthy.report.records.draft import COUNSEL, Draft, page, table

_NAMES = ("privacy", "datenschutz", "privacidad", "privacidade", "confidentialite", "gdpr-policy")
_WORDS = (
    *("personal data", "personal information", "personenbezogen", "datos personales"),
    *("dados pessoais", "donnees personnelles", "données personnelles", "we collect"),
    *("wir erheben", "information we"),
)
_KINDS = {
    "analytics": ("analytics", "statisti", "usage data", "tracking", "analyse"),
    "ads": ("advertis", "marketing", "werbung", "publicidad"),
    "replay": ("session recording", "session replay", "recording of"),
    "model": (
        "artificial intelligence",
        "language model",
        "openai",
        " ai ",
        "ki-",
        "machine learning",
    ),
    "payments": ("payment", "zahlung", "stripe", "pago"),
    "e-mail": ("email provider", "e-mail", "email", "newsletter"),
    "hosting": ("hosting", "host ", "server"),
    "database": ("database", "store", "hosting", "datenbank", "speicher"),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The text of all pages that look like a privacy policy, in lower case, and where they stand."""

    paths: tuple[str, ...]
    text: str

    def speaks_of(self, name: str) -> bool:
        """True where it names the company: its first word, or what stands in brackets."""
        words = name.replace("(", " ").replace(")", " ").lower().split()
        return any(word in self.text for word in words if len(word) > 3)


def policy_check(assessment: Assessment) -> Draft:
    """Every processor, tracker and kind of data that the code shows, with what the policy says of it."""
    prototype = assessment.prototype
    policy = _policy(prototype)
    title = f"Privacy policy against reality: {escaped(prototype.root.name)}"
    if not policy.paths:
        body = [
            "No page of the prototype looks like a privacy policy. Where one stands elsewhere, compare it",
            "with processing-activities.md and processors.md by hand.",
            "",
        ]
    else:
        where = ", ".join(code(path) for path in policy.paths)
        body = [
            f"Compared with {where}, by words: that a company is named does not make what is said of it",
            "right, and a policy may describe it in other words.",
            "",
            *table(("in the code", "kind", "in the policy", "seen"), _rows(prototype, policy)),
            "## Before consent",
            "",
            *_trackers(prototype),
        ]
    text = page(title, [f"{COUNSEL}", ""], body)
    return Draft("compliance/privacy-policy.md", "Privacy policy against reality", text)


def _policy(prototype: Prototype) -> Policy:
    found = [
        file
        for path, file in prototype.files.items()
        if file.text
        and file.role in (Role.PRODUCT, Role.DOCUMENTATION, Role.ASSET, Role.CONFIG)
        and any(name in path.lower() for name in _NAMES)
        and any(word in file.text.lower() for word in _WORDS)
    ]
    return Policy(tuple(f.path for f in found), "\n".join((f.text or "").lower() for f in found))


def _rows(prototype: Prototype, policy: Policy) -> Iterator[tuple[str, ...]]:
    for processor in prototype.processors:
        company = processor.company
        place = code(str(processor.locations[0])) if processor.locations else ""
        yield (
            escaped(company.name),
            escaped(company.purpose),
            _said(policy, company.name, company.purpose),
            place,
        )
    seen: dict[str, str] = {}
    for datum in prototype.personal_data:
        seen.setdefault(datum.category.value, str(datum.location))
    for kind, where in seen.items():
        first = kind.split()[0].rstrip(",")
        said = (
            "a word for it stands there" if first in policy.text else "**no word for it was found**"
        )
        yield escaped(kind), "data", said, code(where)


def _said(policy: Policy, name: str, purpose: str) -> str:
    if policy.speaks_of(name):
        return "named"
    if any(word in policy.text for word in _KINDS.get(purpose, ())):
        return "not named; the purpose may be described"
    return "**neither the company nor the purpose was found**"


def _trackers(prototype: Prototype) -> list[str]:
    lines = []
    for tracker in prototype.trackers:
        state = (
            "the code around it asks for consent"
            if tracker.asks
            else "**nothing around it asks for consent**"
        )
        lines.append(
            f"- {escaped(tracker.name)} ({escaped(tracker.kind)}), {code(str(tracker.location))}: {state}"
        )
    return [*(lines or ["No tracker was seen to be started."]), ""]
