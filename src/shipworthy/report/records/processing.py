"""Drafts on personal data: the record of processing activities, and the list of processors."""

from __future__ import annotations

from collections.abc import Iterator

from shipworthy.assess import Assessment
from shipworthy.errors import FactUnavailable
from shipworthy.finding import Outcome
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.categories import SPECIAL, Category
from shipworthy.prototype.privacy.processors import Processor, as_of
from shipworthy.prototype.privacy.rights import ending
from shipworthy.prototype.privacy.third_parties import third_party_of
from shipworthy.report.markdown import code, escaped
from shipworthy.report.records.draft import COUNSEL, NOT_KNOWN, Draft, listed, page, table
from shipworthy.report.records.law import transfer_source, transfer_to

FIDES = {
    Category.NAME: "user.name",
    Category.EMAIL: "user.contact.email",
    Category.PHONE: "user.contact.phone_number",
    Category.ADDRESS: "user.contact.address",
    Category.LOCATION: "user.location",
    Category.BIRTH: "user.demographic.date_of_birth",
    Category.IDENTITY: "user.government_id",
    Category.FINANCE: "user.financial",
    Category.CARD: "user.financial.credit_card",
    Category.HEALTH: "user.health_and_medical",
    Category.BELIEF: "user.demographic",
    Category.BODY: "user.biometric",
    Category.CRIMINAL: "user.criminal_history",
    Category.DEMOGRAPHIC: "user.demographic",
    Category.PICTURE: "user.content.self_image",
    Category.WORK: "user.workplace",
    Category.MESSAGE: "user.content.private",
    Category.DEVICE: "user.device",
}
"""The key of each kind of data in the Fides taxonomy 3.1.4: ids alone, to join with other tools."""

_MEASURES = {
    "rls-disabled": "row security on tables",
    "missing-authorisation": "entry points check who may do what",
    "missing-input-validation": "input is validated",
    "personal-data-in-logs": "personal data stays out of logs",
    "plain-text-secret-column": "secrets are not kept in plain text",
    "secret-in-code": "no secret stands in the code",
    "no-account-deletion": "people can delete their account",
    "no-data-export": "people can export their data",
    "no-error-tracking": "errors are noticed",
}
"""Controls whose success is a measure in the sense of GDPR Art. 32(1), in words."""


def processing_activities(assessment: Assessment, owner: str) -> Draft:
    """The record of processing activities (GDPR Art. 30(1)): three of its seven points can be read from
    code; the others are asked."""
    prototype = assessment.prototype
    rows = [
        ("(a) controller, contact, representative", escaped(owner) or NOT_KNOWN, _ask(owner)),
        ("(b) purposes of the processing", NOT_KNOWN, "why is each kind of data needed?"),
        ("(c) categories of people", NOT_KNOWN, "customers, employees, patients, …?"),
        ("(c) categories of data", _categories(prototype), "is anything missing?"),
        ("(d) recipients", listed(p.company.name for p in _getting(prototype)), "others, by hand?"),
        ("(e) transfers to third countries", _transfers(prototype), "see processors.md"),
        ("(f) time limits for erasure", _ends(prototype), "see retention.md"),
        ("(g) security measures", _measures(assessment), "which others are there?"),
    ]
    text = page(
        f"Record of processing activities: {escaped(prototype.root.name)}",
        [f"Draft for GDPR Art. 30(1). {COUNSEL}", ""],
        table(("Art. 30(1)", "what was read", "what a person must add"), rows),
        ["## Where the data lies", ""],
        _holders(prototype),
        [
            "Kinds of data are told by the names of columns and fields; what stands in free text is not."
        ],
    )
    return Draft(
        "compliance/processing-activities.md", "Record of processing activities (Art. 30)", text
    )


def processors(assessment: Assessment) -> Draft:
    """Each company that gets data, with four separate facts, none of which follows from another."""
    prototype = assessment.prototype
    rows = [_processor(p) for p in _sorted(prototype)]
    head = (
        *("company", "what for", "gets", "1 owner's country", "2 region of the data"),
        *("3 transfer basis", "4 contract", "seen"),
    )
    text = page(
        f"Processors: {escaped(prototype.root.name)}",
        [
            f"{COUNSEL} The four facts stand apart because none follows from another: a region in the EU "
            "says nothing of who owns the company, and a contract is no transfer basis.",
            "",
        ],
        table(head, rows) if rows else ["No company of our table is spoken to by the code.", ""],
        [
            f"Countries: our own table as of {as_of()}, from the companies' own pages. Regions: what the",
            f"code or its settings name. Transfer bases: {transfer_source()}.",
            "Contracts cannot be seen in code. Companies that the code names by host alone, and that our",
            f"table does not know: {_unknown_hosts(prototype)}.",
        ],
    )
    return Draft("compliance/processors.md", "Processors, with four facts each", text)


def _ask(owner: str) -> str:
    return "address and contact" if owner else "who? shipworthy register init names the owner"


def _categories(prototype: Prototype) -> str:
    found = dict.fromkeys(d.category for d in prototype.personal_data)
    words = (f"{c.value}{' (special, Art. 9)' if c in SPECIAL else ''}" for c in found)
    return listed(words, "none was recognised")


def _getting(prototype: Prototype) -> list[Processor]:
    return [p for p in _sorted(prototype) if p.receives]


def _sorted(prototype: Prototype) -> list[Processor]:
    return sorted(prototype.processors, key=lambda p: (not p.receives, p.company.name))


def _transfers(prototype: Prototype) -> str:
    outside = [
        f"{p.company.name} ({p.company.country})"
        for p in _getting(prototype)
        if not transfer_to(p.company.country).startswith("none is needed")
    ]
    return listed(outside, "none was seen")


def _ends(prototype: Prototype) -> str:
    try:
        place = ending(prototype)
    except FactUnavailable as error:
        return f"{NOT_KNOWN}: {escaped(str(error))}"
    return (
        f"something deletes old rows: {code(str(place))}"
        if place
        else "nothing was seen that ends it"
    )


def _measures(assessment: Assessment) -> str:
    outcomes: dict[str, set[Outcome]] = {}
    for finding in assessment.findings:
        outcomes.setdefault(finding.control, set()).add(finding.outcome)
    seen = [
        words
        for control, words in _MEASURES.items()
        if outcomes.get(control)
        and outcomes[control] <= {Outcome.SATISFIED, Outcome.NOT_APPLICABLE}
        and Outcome.SATISFIED in outcomes[control]
    ]
    return listed(seen, "none was seen whole")


def _holders(prototype: Prototype) -> list[str]:
    holders: dict[tuple[str, str], list[str]] = {}
    keys: dict[tuple[str, str], dict[str, None]] = {}
    places: dict[tuple[str, str], str] = {}
    for datum in prototype.personal_data:
        at = (datum.kind, datum.holder)
        special = " (special)" if datum.special else ""
        holders.setdefault(at, []).append(f"{datum.field}: {datum.category.value}{special}")
        keys.setdefault(at, {})[FIDES[datum.category]] = None
        places.setdefault(at, str(datum.location))
    rows = [
        (
            escaped(f"{kind} {holder}"),
            listed(fields),
            listed(keys[kind, holder]),
            code(places[kind, holder]),
        )
        for (kind, holder), fields in sorted(
            holders.items(), key=lambda i: (i[0][0] != "table", i[0][1])
        )
    ]
    if not rows:
        return ["No column and no form field was recognised as personal data.", ""]
    return table(("where", "fields: kind of data", "Fides keys", "seen"), rows)


def _processor(processor: Processor) -> tuple[str, ...]:
    company = processor.company
    choice = {
        "chosen": f"{NOT_KNOWN}: the customer chooses it",
        "fixed": f"{NOT_KNOWN}: the company fixes it",
    }
    return (
        escaped(company.name),
        escaped(company.purpose),
        listed((c.value for c in processor.receives), "no personal data was seen"),
        NOT_KNOWN if company.country == "?" else company.country,
        escaped(processor.region) or choice.get(company.regions, NOT_KNOWN),
        f"{NOT_KNOWN}: {transfer_to(company.country)}",
        f"{NOT_KNOWN}: is there a data-processing agreement (Art. 28)?",
        code(str(processor.locations[0])) if processor.locations else "",
    )


def _unknown_hosts(prototype: Prototype) -> str:
    from shipworthy.report.inventory import hosts

    found: Iterator[str] = (_host(row.host) for row in hosts(prototype).rows[:20])
    return listed(found, "none")


def _host(host: str) -> str:
    """A host, with the company that a list of third parties puts behind it."""
    party = third_party_of(host)
    return f"{host} ({party.company}, {party.category})" if party else host
