"""The privacy policy against reality: what the code does, and whether the policy speaks of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shipworthy.assess import Assessment
from shipworthy.prototype import Prototype
from shipworthy.prototype.privacy.categories import Category
from shipworthy.prototype.source import Role
from shipworthy.report.markdown import code, escaped
from shipworthy.report.records.draft import COUNSEL, Draft, page, table

_NAMES = ("privacy", "datenschutz", "privacidad", "privacidade", "confidentialite", "gdpr-policy")
_DATA = {
    Category.NAME: ("name", "nome", "nombre", "nom "),
    Category.EMAIL: ("email", "e-mail", "correo"),
    Category.PHONE: ("phone", "telefon", "teléfono", "mobile number"),
    Category.ADDRESS: ("address", "anschrift", "adresse", "dirección", "endereço"),
    Category.LOCATION: ("location", "standort", "ubicación", "localização", "geolocat"),
    Category.BIRTH: ("birth", "geburt", "nacimiento", "nascimento", "your age"),
    Category.IDENTITY: ("identity", "passport", "social security", "national id", "ausweis", "cpf"),
    Category.FINANCE: ("financ", "bank", "income", "salary", "iban"),
    Category.CARD: ("card", "payment", "zahlung", "pago", "pagamento", "cartão", "tarjeta"),
    Category.HEALTH: ("health", "medical", "gesundheit", "salud", "saúde"),
    Category.BELIEF: ("religio", "belief", "ethnic", "political", "orientation", "weltanschau"),
    Category.BODY: ("biometric", "genetic", "fingerprint", "biometr"),
    Category.CRIMINAL: ("criminal", "conviction", "background check", "straf"),
    Category.DEMOGRAPHIC: (
        "gender",
        "nationality",
        "marital",
        "demographic",
        "geschlecht",
        "género",
    ),
    Category.PICTURE: ("picture", "photo", "image", "avatar", "foto", "bild", "imagen", "imagem"),
    Category.WORK: ("job", "employ", "work", "education", "occupation", "beruf", "profession"),
    Category.MESSAGE: (
        "message",
        "chat",
        "conversation",
        "content you",
        "nachricht",
        "mensaje",
        "mensage",
    ),
    Category.DEVICE: ("ip address", "ip-adress", "device", "browser", "gerät", "dispositivo"),
}
"""How a policy may speak of each kind of data: a word that is missing is a question, no finding."""
_PHRASES = (
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

    def names(self, company: str) -> bool:
        """True where it names the company: the first word of its name, or the owner in brackets."""
        first, _, owner = company.partition("(")
        wanted = (_words(first)[:1], _words(owner)[:1])
        return any(word in self.words for words in wanted for word in words)

    @property
    def words(self) -> frozenset[str]:
        """Each of its words."""
        return frozenset(_words(self.text))


def _words(text: str) -> list[str]:
    return "".join(c if c.isalnum() else " " for c in text.lower()).split()


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
        and any(word in file.text.lower() for word in _PHRASES)
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
    seen: dict[Category, str] = {}
    for datum in prototype.personal_data:
        seen.setdefault(datum.category, str(datum.location))
    for kind, where in seen.items():
        there = any(word in policy.text for word in _DATA[kind])
        said = "a word for it stands there" if there else "**no word for it was found**"
        yield escaped(kind.value), "data", said, code(where)


def _said(policy: Policy, name: str, purpose: str) -> str:
    if policy.names(name):
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
