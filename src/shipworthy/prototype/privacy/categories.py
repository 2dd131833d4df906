"""Which kind of personal data a column or a form field holds, as its name tells."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from shipworthy.regex import regex


class Category(StrEnum):
    """A kind of personal data. The words follow the GDPR, not a law of one country."""

    NAME = "name"
    EMAIL = "e-mail address"
    PHONE = "phone number"
    ADDRESS = "address"
    LOCATION = "location"
    BIRTH = "birth date"
    IDENTITY = "identity number"
    FINANCE = "finances"
    CARD = "payment card"
    HEALTH = "health"
    BELIEF = "belief, origin or orientation"
    BODY = "biometric or genetic"
    CRIMINAL = "criminal record"
    DEMOGRAPHIC = "gender, nationality or family"
    PICTURE = "picture"
    WORK = "work and education"
    MESSAGE = "messages"
    DEVICE = "device or network address"


SPECIAL = frozenset({Category.HEALTH, Category.BELIEF, Category.BODY})
"""The special categories of GDPR Art. 9(1)."""

_WORDS = regex(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")


def _table(rows: str) -> dict[str, Category]:
    """Rows of `CATEGORY: phrase, phrase` as phrase -> category."""
    found: dict[str, Category] = {}
    for row in rows.strip().splitlines():
        name, _, phrases = row.partition(":")
        for phrase in phrases.split(","):
            found[phrase.strip()] = Category[name.strip()]
    return found


# What stands at the end of a name, words apart; English, Portuguese, Spanish, German and French.
_ENDINGS = _table("""
    NAME: first name, last name, full name, middle name, surname, given name, family name, maiden name
    NAME: customer name, client name, patient name, guest name, contact name, employee name, student name
    NAME: lead name, member name, recipient name, user name, applicant name, candidate name, donor name
    NAME: parent name, guardian name, firstname, lastname, fullname, username, owner name, tenant name
    NAME: nome completo, sobrenome, apellido, apellidos, nombre completo, vorname, nachname, prenom
    NAME: reporter name, sender name, reviewer name, driver name, attendee name, borrower name, buyer name
    EMAIL: email, email address, e mail, mail address, correo, correo electronico
    PHONE: phone, phone number, mobile, mobile number, mobile phone, telephone, cell phone, cellphone
    PHONE: whatsapp, whatsapp number, telefone, celular, telefono, telefon, contact number, phone e164
    ADDRESS: street, street address, home address, billing address, shipping address, delivery address
    ADDRESS: address line, address line 1, address line 2, address 1, address 2, postal address, postal code
    ADDRESS: postcode, zip code, mailing address, residential address, endereco, direccion
    ADDRESS: strasse, adresse, customer address, client address, patient address, pickup address
    BIRTH: birth date, birthdate, date of birth, dob, birthday, data nascimento, fecha nacimiento
    BIRTH: geburtsdatum, birth year, year of birth
    IDENTITY: ssn, social security number, social security, passport, passport number, national id
    IDENTITY: national id number, cpf, aadhaar, aadhaar number, aadhar, aadhar number, drivers license
    IDENTITY: driver license, driver license number, driving license, curp, dni, id card number, ssn last 4
    IDENTITY: id document, identity number, steuer id, nin
    FINANCE: iban, bank account, bank account number, routing number, salary, annual income, monthly income
    FINANCE: household income, net worth, credit score, base salary, hourly rate of pay, ifsc code
    FINANCE: upi id, pix key, chave pix, annual salary, gross salary, net salary
    CARD: card number, credit card, credit card number, cc number, cvv, cvc, card cvv, card cvc, cardnumber
    HEALTH: diagnosis, diagnoses, medical history, allergies, medications, current medications, blood type
    HEALTH: blood group, blood pressure, symptoms, health conditions, medical conditions, disability
    HEALTH: disabilities, mental health, pregnancy status, is pregnant, medical notes, treatment notes
    HEALTH: chief complaint, medical record number, menstrual cycle, hiv status, prescription, prescriptions
    HEALTH: medical record, health data, health status, clinical notes, injuries, heart rate, body fat
    HEALTH: chronic conditions, medical condition, health condition, family history, insurance member id
    BELIEF: religion, ethnicity, sexual orientation, political affiliation, political views, political party
    BELIEF: union membership, caste, racial origin, ethnic origin, religious belief
    BODY: fingerprint data, face encoding, face embedding, face descriptor, biometric data, biometrics
    BODY: voiceprint, genetic data, dna, face encodings, iris scan
    CRIMINAL: criminal record, criminal history, convictions, background check result
    DEMOGRAPHIC: gender, nationality, marital status, sex, citizenship, genero, pronouns
    PICTURE: avatar, avatar url, profile picture, profile photo, profile image, photo url, selfie, selfie url
    PICTURE: profile pic, profile image url, profile picture url, avatar path
    WORK: job title, resume, resume url, cv url, resume text, work history, education history, linkedin url
    WORK: employment status, linkedin
    LOCATION: current location, last location, home lat, home lng, user location, last known location
    DEVICE: ip, ip address, user agent, device id, push token, device token, client ip, fcm token, ip hash
    DEVICE: expo push token, mac address
""")
# Said of a person only where the table or form is about people.
_AMONG_PEOPLE = _table("""
    NAME: name, nome, nombre, display name, nickname, handle
    ADDRESS: address, zip, city
    LOCATION: latitude, longitude, lat, lng, location
    BIRTH: age
    HEALTH: weight, height, weight kg, height cm, bmi, smoker
    BELIEF: race
    PICTURE: photo, image, image url, picture
    WORK: occupation, position, employer, education, cv
    FINANCE: income, account number, hourly rate
    IDENTITY: tax id, nif, license number
    DEMOGRAPHIC: language spoken
""")
# `perfil_whatsapp` is a profile there, and `last_login_ip_country` no address.
_ALONE = frozenset({"whatsapp", "linkedin", "street", "sex", "avatar"})
_OF_MESSAGES = frozenset({"content", "body", "message", "text", "transcript"})
_MESSAGES = regex(
    r"(^|_)(chats?|messages?|conversations?|emails?|sms|dms?|inbox|transcripts?|tickets?|mensagens)(_|$)|[a-z](Message|Chat)s?$"
)
_PEOPLE = regex(
    r"(^|_)(users?|profiles?|people|persons?|customers?|clients?|clientes?|members?|patients?|pacientes?|employees?"
    r"|funcionarios|staff|contacts?|contatos?|leads?|applicants?|candidates?|students?|alunos|teachers?|guests?|accounts?"
    r"|subscribers?|donors?|volunteers?|drivers?|tenants?|guardians?|parents?|children|kids|attendees|participants?"
    r"|doctors?|therapists?|coaches|beneficiaries|borrowers|waitlist|usuarios?|personal_info|consultants?|workers?"
    r"|freelancers?|reviewers?|hosts?|passengers?|travell?ers?|team_members?|signups?|registrations?|nutzer|kunden)(_|$)",
    re.IGNORECASE,
)
# Addresses of the business itself, ids of other things, settings about mails.
_NO_PERSON = regex(
    r"^(support|company|business|sender|from|reply_?to|site|admin|store|org(ani[sz]ation)?|contract|token|wallet"
    r"|server|office|shop|brand|system|noreply|event|venue|property|restaurant|file|template|product|hospital"
    r"|clinic|school|gym|facility|tax|branch|warehouse|vendor|supplier)_?"
    r"|^(requires?|has|is|show|enable[ds]?|allow|send|notify|use|verified|include|accepts?|supports?)_",
    re.IGNORECASE,
)
_OF_THINGS = regex(
    r"(^|_)(hospitals?|clinics?|products?|compan(y|ies)|organi[sz]ations?|restaurants?|templates?|settings?|configs?"
    r"|venues?|properties|stores?|shops?|schools?|facilities|vendors|suppliers|integrations?|countries|cities"
    r"|offices|branches|warehouses|businesses|tenants_settings|foods?|recipes?|medicines|drugs|dogs?|cats?|pets?|animals?"
    r"|servers|smtp\w*|plants?|vehicles?|events?|jobs?|listings?|projects?|account_types?|pricing|plans?|specialties"
    r"|dim_\w+|lookup\w*)$",
    re.IGNORECASE,
)
_LONGEST = 4  # words of a phrase


@lru_cache(maxsize=20_000)
def category_of(field: str, holder: str = "") -> Category | None:
    """The kind of personal data in a column or field; None where its name does not say so.

    `holder` is the table or form: a bare `name` or `address` is a person's only among people.
    """
    words = [w.lower() for w in _WORDS.findall(field)]
    if not words or _NO_PERSON.match(field):
        return None
    people = bool(_PEOPLE.search(snake(holder))) and not _OF_THINGS.search(snake(holder))
    for size in range(min(_LONGEST, len(words)), 0, -1):
        phrase = " ".join(words[-size:])
        found = _ENDINGS.get(phrase) if size == len(words) or phrase not in _ALONE else None
        if found is not None and not (_OF_THINGS.search(snake(holder)) and found not in _ALWAYS):
            return found
        if people and size == len(words) and phrase in _AMONG_PEOPLE:
            return _AMONG_PEOPLE[phrase]
    things = _OF_THINGS.search(snake(holder))
    if not things and field.lower() in _OF_MESSAGES and _MESSAGES.search(snake(holder)):
        return Category.MESSAGE
    return None


# Said of people even where the table is about things: `events.attendee_email`.
_ALWAYS = frozenset(
    {Category.IDENTITY, Category.CARD, Category.BELIEF, Category.BODY, Category.DEVICE}
)


def is_about_people(holder: str) -> bool:
    """True for a table or form whose name says that its rows are people."""
    return bool(_PEOPLE.search(snake(holder))) and not _OF_THINGS.search(snake(holder))


@lru_cache(maxsize=5_000)
def snake(name: str) -> str:
    """`PatientProfile` as patient_profile, the schema left out."""
    return "_".join(w.lower() for w in _WORDS.findall(name.rpartition(".")[2]))
