"""Texts with personal data of nobody: values that are made up and valid, in sentences of five languages."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from shipworthy.gateway.redaction.checksums import mod_97
from shipworthy.gateway.redaction.mixed_ids import IBAN_LENGTHS
from shipworthy.gateway.redaction.national_ids import NATIONAL_IDS

Draw = random.Random


@dataclass(frozen=True, slots=True)
class Specimen:
    """A text, and the values in it that must not leave: kind and value."""

    text: str
    values: tuple[tuple[str, str], ...]


def digits(draw: Draw, form: str) -> str:
    """`9` becomes any digit, `2` one from 2 to 9, `A` a capital letter; everything else stays."""
    made = {"9": lambda: str(draw.randint(0, 9)), "2": lambda: str(draw.randint(2, 9)),
            "A": lambda: draw.choice("ABCEGHJKLMNPRSTWXYZ")}  # fmt: skip
    return "".join(made[c]() if c in made else c for c in form)


def until(draw: Draw, form: str, valid: Callable[[str], bool]) -> str:
    """Draw until the digits of a form are valid."""
    while True:
        made = digits(draw, form)
        if valid("".join(c for c in made if c.isdigit())):
            return made


def email(draw: Draw) -> str:
    name = draw.choice(
        ("anna.kowalska", "j.smith", "marie-claire", "info", "o'brien", "tom_2", "x")
    )
    host = draw.choice(("example.com", "mail.example.org", "firma-beispiel.de", "example.co.uk"))
    return f"{name}{draw.choice(('', '+shop', str(draw.randint(1, 999))))}@{host}"


def card(draw: Draw) -> str:
    form = draw.choice(
        ("4999 9999 9999 9999", "4999999999999999", "5299-9999-9999-9999", "3799 999999 99999",
         "6011999999999999", "3599999999999999", "36999999999999")
    )  # fmt: skip
    from shipworthy.gateway.redaction.numbers import is_card

    return until(draw, form, is_card)


def iban(draw: Draw) -> str:
    country = draw.choice(("DE", "AT", "FR", "ES", "IT", "NL", "BE", "PL", "GB", "MT", "SE", "CH"))
    letters = {"NL": "ABNA", "GB": "WEST", "MT": "MALT"}.get(country, "")
    rest = letters + digits(draw, "9" * (IBAN_LENGTHS[country] - 4 - len(letters)))
    check = 98 - mod_97(f"{rest}{country}00")
    whole = f"{country}{check:02}{rest}"
    return (
        whole
        if draw.random() < 0.5
        else " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))
    )


PHONES = (
    "(229) 229-9999", "229-229-9999", "229.229.9999", "+1-229-229-9999", "001-229-229-9999",
    "(229)229-9999", "+1 229 229 9999", "229-229-9999x999",  # US, Canada
    "020 7946 0999", "07700 900999", "+44 7700 900999", "0117 496 0999",  # GB
    "030 23125 999", "0171 2999999", "+49 171 2999999", "+49 (0)89 299999", "0151/29999999",  # DE
    "01 99 99 99 99", "06.99.99.99.99", "+33 6 99 99 99 99", "0699999999",  # FR
    "+34 699 999 999", "+39 399 999 9999", "06 2999 9999", "+351 919 999 999",  # ES, IT, PT
    "06-29999999", "+31 6 29999999", "0479 99 99 99", "+32 479 99 99 99",  # NL, BE
    "0664 2999999", "+43 664 2999999", "079 999 99 99", "+41 79 999 99 99",  # AT, CH
    "070-299 99 99", "+46 70 299 99 99", "+47 299 99 999", "+45 29 99 99 99",  # SE, NO, DK
    "040 299 9999", "+358 40 2999999", "+48 529 999 999", "085 299 9999",  # FI, PL, IE
    "(11) 92999-9999", "+55 11 92999-9999", "98999 99999", "+91 98999 99999",  # BR, IN
    "0412 999 999", "+61 412 999 999", "090-2999-9999", "+81 90-2999-9999", "+52 55 2999 9999",
)  # fmt: skip


def phone(draw: Draw) -> str:
    return digits(draw, draw.choice(PHONES))


def ip(draw: Draw) -> str:
    if draw.random() < 0.3:
        return f"2001:db8::{draw.randint(1, 65535):x}:{draw.randint(1, 65535):x}"
    return draw.choice(("192.0.2.", "198.51.100.", "203.0.113.")) + str(draw.randint(1, 254))


KEYS = (("AKIA", 16, "AB79"), ("ghp_", 36, "aB7c9"), ("xoxb-999999999999-", 24, "ab79"),
        ("sk-proj-", 48, "aB7c9"), ("sk-ant-api03-", 90, "aB7-_"), ("sk_live_", 24, "aB79"),
        ("AIza", 35, "aB7-_"))  # fmt: skip


def key(draw: Draw) -> str:
    mark, length, letters = draw.choice(KEYS)
    return mark + "".join(draw.choice(letters) for _ in range(length - 1)) + draw.choice("79")


# The usual forms of each number; the digits of each are drawn until its check holds.
FORMS = {
    "US_SSN": ("299-29-2999", "299 29 2999"), "DE_TAX_ID": ("29999999999", "29 999 999 999"),
    "FR_NIR": ("199129999999999", "2 99 12 99 999 999 99"), "NL_BSN": ("299999999",),
    "PL_PESEL": ("99129999999",), "BR_CPF": ("999.999.999-99", "99999999999"),
    "IN_AADHAAR": ("2999 9999 9999",), "SE_PERSONNUMMER": ("991299-9999", "19991299-9999"),
    "BE_NRN": ("99.12.99-999.99", "99129999999"), "CH_AHV": ("756.9999.9999.99",),
    "UK_NHS": ("999 999 9999",), "AT_SVNR": ("2999 991299",), "PT_NIF": ("299999999",),
    "NO_FNR": ("99129999999",), "DK_CPR": ("991299-9999",), "CA_SIN": ("299 999 999",),
}  # fmt: skip


def national(kind: str, draw: Draw) -> str:
    form = draw.choice(FORMS[kind])
    count = sum(c.isdigit() for c in form)
    rule = next(i for i in NATIONAL_IDS if i.kind == kind and i.digits == count)
    return until(draw, form, rule.valid)


def dni(draw: Draw) -> str:
    number = digits(draw, "99999999")
    return number + "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23]


def nino(draw: Draw) -> str:
    form = draw.choice(("{}{}{}", "{} {} {}"))
    number = digits(draw, "999999") if form == "{}{}{}" else digits(draw, "99 99 99")
    return form.format(draw.choice(("QQ", "AB", "JG")), number, draw.choice("ABCD"))


# {mail} and so on are filled; what a sentence calls the national number decides its kind.
SENTENCES = {
    "en": (
        "Hi, my e-mail is {EMAIL} and my phone number is {PHONE}.",
        "Please refund card {CARD}, it was charged twice.",
        "The transfer to {IBAN} has not arrived; call me on {PHONE}.",
        "Her social security number is {US_SSN}, please update the file.",
        "Patient with NHS number {UK_NHS}, NINO {UK_NINO}, seen from {IP}.",
        "Use {KEY} to log in, then write to {EMAIL}.",
        "Aadhaar {IN_AADHAAR}, mobile {PHONE}",
        "Customer's SIN: {CA_SIN}. Contact: {EMAIL}",
        '{{"name": "A", "mail": "{EMAIL}", "card": "{CARD}"}}',
        "login failed for {EMAIL} from {IP} with key {KEY}",
    ),
    "de": (
        "Guten Tag, Sie erreichen mich unter {EMAIL} oder telefonisch unter {PHONE}.",
        "Meine Steuer-ID lautet {DE_TAX_ID}, die IBAN {IBAN}.",
        "Bitte rufen Sie mich an: Tel. {PHONE}",
        "Die Kreditkarte {CARD} ist abgelaufen.",
        "Meine AHV-Nummer ist {CH_AHV}, SVNR {AT_SVNR}.",
        "Der Zugriff kam von {IP}, Schlüssel {KEY}.",
    ),
    "fr": (
        "Bonjour, mon adresse est {EMAIL} et mon téléphone {PHONE}.",
        "Numéro de sécurité sociale : {FR_NIR}",
        "Merci de virer la somme sur {IBAN}.",
        "Ma carte {CARD} a été volée, appelez-moi au {PHONE}.",
        "Registre national : {BE_NRN}, courriel {EMAIL}",
    ),
    "es": (
        "Hola, mi DNI es {ES_DNI} y mi teléfono {PHONE}.",
        "Mi correo es {EMAIL}; la tarjeta es {CARD}.",
        "Haga la transferencia a {IBAN}, por favor.",
        "Meu CPF é {BR_CPF} e o celular {PHONE}. NIF {PT_NIF}.",
    ),
    "nl": (
        "Mijn BSN is {NL_BSN} en mijn telefoon is {PHONE}.",
        "Maak het over naar {IBAN} en mail naar {EMAIL}.",
        "PESEL {PL_PESEL}, telefon {PHONE}, konto {IBAN}",
        "Personnummer {SE_PERSONNUMMER}, CPR {DK_CPR}, fødselsnummer {NO_FNR}, e-post {EMAIL}",
    ),
}

MAKERS: dict[str, Callable[[Draw], str]] = {
    "EMAIL": email, "CARD": card, "IBAN": iban, "PHONE": phone, "IP": ip, "KEY": key,
    "ES_DNI": dni, "UK_NINO": nino,
    **{kind: (lambda draw, kind=kind: national(kind, draw)) for kind in FORMS},
}  # fmt: skip


def specimens(count: int, seed: int) -> Iterator[tuple[str, Specimen]]:
    """Language and text, `count` for each language."""
    draw = random.Random(seed)  # noqa: S311
    for language, sentences in SENTENCES.items():
        for number in range(count):
            yield language, filled(sentences[number % len(sentences)], draw)


def filled(sentence: str, draw: Draw) -> Specimen:
    """A sentence with a value at each place."""
    values: list[tuple[str, str]] = []
    for kind, make in MAKERS.items():
        while f"{{{kind}}}" in sentence:
            value = make(draw)
            values.append((kind, value))
            sentence = sentence.replace(f"{{{kind}}}", value, 1)
    return Specimen(sentence.replace("{{", "{").replace("}}", "}"), tuple(values))


BENIGN = """\
Order {8} was shipped on 2024-11-21 and arrives between 12:30 and 14:00.
Invoice 2024-{6}: 3 items, total 1,{3}.50 EUR, due 01.02.2025.
Ticket #{6} is a duplicate of #{6}; see build {4}.{3} of release 10.2.{2}.
The meeting is on 12/03/2025 at 9:15 in room {3}, agenda attached.
Revenue grew from {3} {3} {3} kr to {2},{3},{3} in Q3 2024/2025, up 12.5 %.
Bestellung {9}, Kundennummer {7}, Lieferung KW 47, Betrag {3}.{3},00 €.
La commande {10} du 21/11/2024 est expédiée, montant {3} {3},00 €.
El pedido {8} llega el 21-11-2024 entre las 10:00 y las 12:00.
Artikelnummer {6}-{2}, EAN 4006381333931, gewicht 1.250 g, 10 x 20 x 30 cm.
Commit 3f2a9c1d changed 12 files, {4} insertions; run took 1{9} ms at 16:9.
Set timeout=30000, retries=5, seed={10}; the id is 123e4567-e89b-12d3-a456-426614174000.
Parcel 1Z999AA1{10} left hub {5}; scale 1:{5}; coordinates 52.{4} 13.{4}.
The recipe needs 250 g of flour, 3 eggs, 1/2 l of milk and 180 degrees for 45 minutes.
Version 4.17.{2} of the package fixes bug {5}, see section 3.2.1.4 of the manual.
Timestamps: 17{8}, 17{8}000; ratio 0.{8}; ISBN 978-3-16-148410-0; page {3} of {4}.
SELECT id FROM orders WHERE total > {5} AND created_at < '2024-11-21 10:00:00' LIMIT 100;
Please summarise the attached report in three sentences and translate it into German.
We are at @example on social media; use pip install package=={2}.{1}.{1} first.
""".splitlines()


def benign(count: int, seed: int) -> Iterator[str]:
    """Business texts with numbers that are nobody's."""
    draw = random.Random(seed)  # noqa: S311
    for number in range(count):
        text = BENIGN[number % len(BENIGN)]
        for size in range(1, 11):
            while f"{{{size}}}" in text:
                text = text.replace(f"{{{size}}}", digits(draw, "2" + "9" * (size - 1)), 1)
        yield text
