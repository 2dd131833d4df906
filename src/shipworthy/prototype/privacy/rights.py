"""What a prototype offers people for their own data: accounts, deletion, export, an end of keeping it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from shipworthy.finding import Location
from shipworthy.prototype.handlers.handler import EffectKind
from shipworthy.prototype.handlers.ownership import plain
from shipworthy.prototype.privacy.categories import is_about_people
from shipworthy.prototype.roles import is_archived
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class Accounts(Struct, frozen=True):
    """That people have accounts: where they sign up or in, and the service that keeps the accounts."""

    location: Location
    service: str  # "Supabase", "Firebase", …, with a dashboard of its own; '' for an own table
    used: bool = True  # code asks for the accounts
    table: str = ""  # its name, where the app keeps the accounts


_AUTH_PACKAGES = {
    "@clerk/nextjs": "Clerk",
    "@clerk/clerk-react": "Clerk",
    "@auth0/auth0-react": "Auth0",
    "@auth0/nextjs-auth0": "Auth0",
    "@kinde-oss/kinde-auth-nextjs": "Kinde",
    "firebase/auth": "Firebase",
}
_PASSWORDS = frozenset("password password_hash passwordHash hashed_password hashedPassword".split())
_STAFF = regex(r"admin|operator|staff", re.IGNORECASE)  # of the owner's own house
_SIGNS_UP = frozenset({"signUp", "sign_up", "signInWithOtp", "signInWithOAuth"})


def accounts_of(prototype: Prototype) -> Accounts | None:
    """How people get an account; None where the code shows none."""
    for query in prototype.queries:
        if query.operation == "auth" and query.method in _SIGNS_UP:
            return Accounts(query.location, "Supabase")
    for path, facts in prototype.facts.items():
        if path in prototype.abandoned:
            continue
        for found in facts.imports:
            service = _AUTH_PACKAGES.get(found.specifier)
            if service and not found.type_only:
                return Accounts(found.location, service)
    for table in prototype.tables:
        own = is_about_people(table.name) and not _PASSWORDS.isdisjoint(table.columns)
        own = own and _STAFF.search(table.name) is None
        if own and not is_archived(table.location.path):
            return Accounts(
                table.location, "", used=_is_filled(prototype, table.name), table=table.name
            )
    return None


def anybody_makes(prototype: Prototype, accounts: Accounts) -> bool:
    """True where code of the app, not a script that is started by hand, adds accounts for people: it hashes
    a password, speaks of a registration, or adds rows to the table."""
    hidden = prototype.by_hand
    if any(
        query.operation in ("insert", "upsert")
        and plain(query.table or "") == plain(accounts.table)
        and query.location.path not in hidden
        and not _PREPARES.search(query.location.path)
        for query in prototype.queries
    ):
        return True
    return any(
        file.language and _REGISTERS.search((file.text or "").lower())
        for file in prototype.of_role(Role.PRODUCT)
        if file.path not in hidden and not _PREPARES.search(file.path)
    )


_PREPARES = regex(
    r"(^|[/_-])((init|seed|setup)|(init|seed|setup|make|create|reset)[_-]?(db|database|tables|users|admin|data)\w*)\.\w+$"
)
# Of a text in small letters.
_REGISTERS = regex(
    r"hash_?(pass|pw)|(pass(word)?|pwd|crypt\w*|argon2\w*|context|hasher|ph)\.hash\(|generate_password_hash"
    r"|set_password|hashpw|create_?user|make_password|scrypt|pbkdf2"
    r"|[/\"'`](register|sign-?up)\b|def \w*(register|sign_?up)(?!_blueprint)|(register|signup)\w*\s*[=:(]"
)


def _is_filled(prototype: Prototype, table: str) -> bool:
    """True where code adds rows to a table, or looks into it; a template's table stands there unused."""
    name = plain(table)
    if any(q.table is not None and plain(q.table) == name for q in prototype.queries):
        return True
    return any(
        plain(effect.target) == name
        for handler in prototype.handlers
        for effect in handler.effects_of(EffectKind.QUERY)
    )


_ERASES = regex(
    r"delete_?(my_?|own_?|the_?)?(user|account|profile)\b(?!_?(id|role|setting|image|avatar|photo|pic))"
    r"|delete[-/](user|account|profile|me)\b|(users?|account|me|profile)/delete\b|remove_?(user|account)\b"
    r"|close_?account|erase_?(user|account|personal|data)|anonymi[sz]e_?(user|account|person|data)"
    r"|(excluir|deletar|apagar)_?(conta|usuario)|(eliminar|borrar)_?(cuenta|usuario)|konto_?l(oe|ö)schen"
    r"|\b(currentUser|user|auth\.currentUser)!?\??\.delete\(|<UserProfile\b|<UserButton\b|right to erasure",
    re.IGNORECASE,
)
_EXPORTS = regex(
    r"(export|download)_?(my|your|own|user|account|personal|profile)_?(user|account|personal)?_?data\b"
    r"|export[-/](my[-/])?(data|account|user)\b|data[-_]export|dataExport|gdpr|dsar|lgpd|takeout"
    r"|(download|export) your data|exportar(_?meus)?_?dados|data[-_]portability|dataPortability",
    re.IGNORECASE,
)
_ENDS = regex(
    r"cron\.schedule\([^;]{0,600}?\bdelete\b|expireAfterSeconds|expires?_?after_?(days|seconds)"
    r"|delete\s+from\s+[\w.\"]+\s+where[^;]{0,200}?"
    r"(interval|now\(\)|date_sub|current_date|current_timestamp)|retention"
    r"|\.delete\(\)\s*\.(lt|lte)\(|deleteMany\(\{[^}]{0,200}\b(lt|lte)\b"
    r"|(cleanup|purge|prune)_?(old|expired|stale|history|logs)|delete_?(old|expired|stale)_?\w+|(old|expired|stale)_?\w*_?(cleanup|purge)\b",
    re.IGNORECASE | re.DOTALL,
)
_PEOPLE_TABLES = regex(
    r"^(public\.|auth\.)?(users?|profiles?|accounts?|members?|usuarios?|people|persons?|user_profiles?)$",
    re.IGNORECASE,
)


def erasing(prototype: Prototype) -> Location | None:
    """Where an account, or a person's row, is deleted; None where nothing does."""
    signed_in = {t.name for t in prototype.tables if not _PASSWORDS.isdisjoint(t.columns)}
    for query in prototype.queries:
        table = query.table or ""
        if query.operation == "delete" and (_PEOPLE_TABLES.match(table) or table in signed_in):
            return query.location
    for handler in prototype.handlers:
        for effect in handler.effects:
            if effect.kind is EffectKind.ACCOUNT and "delete" in effect.operation.lower():
                return effect.location
            deletes = effect.kind is EffectKind.QUERY and effect.operation == "delete"
            if deletes and _PEOPLE_TABLES.match(effect.target):
                return effect.location
    return next(_said(prototype, _ERASES, _ERASE_WORDS), None)


def exporting(prototype: Prototype) -> Location | None:
    """Where people get their data as a file; None where nothing does."""
    return next(_said(prototype, _EXPORTS, _EXPORT_WORDS), None)


def ending(prototype: Prototype) -> Location | None:
    """Where old rows are deleted by a job or a rule of the database; None where nothing does."""
    return next(_said(prototype, _ENDS, _END_WORDS), None)


# In lower case; one of them stands in everything that the pattern can match.
_ERASE_WORDS = tuple(
    """delete_ delete- deleteu deletea deletep deletem deleteo deletet /delete remove_ removeu removea
    closea close_a erase_ erasea eraseu erasep erased anonymi excluir deletar apagar eliminar borrar konto
    .delete( <userprofile <userbutton erasure""".split()
)
_EXPORT_WORDS = (
    *"""mydata my_data yourdata owndata userdata user_data accountdata account_data personaldata
    personal_data profiledata profile_data export/ export- dataexport data_export data-export gdpr dsar
    lgpd takeout portability exportar""".split(),
    "your data",
)
_END_WORDS = (
    *"""cron.schedule expireafter expire_after expiresafter expires_after expires_in retention deletemany
    .delete() cleanup purge prune delete_old deleteold delete_expired deleteexpired delete_stale
    deletestale""".split(),
    "delete from",
    "delete  from",
)


_AROUND = 700
"""Characters before and after such a word that a match may take up; the longest pattern spans 600."""


def _said(
    prototype: Prototype, pattern: re.Pattern[str], words: tuple[str, ...]
) -> Iterator[Location]:
    """Where code or SQL of the product matches; plain words first, for these are long texts."""
    for file in prototype.of_role(Role.PRODUCT, Role.MIGRATION, Role.SCRIPT, Role.CONFIG):
        text = file.text
        if text is None or not _is_code(file):
            continue
        found = _first(pattern, words, text)
        if found:
            yield Location(file.path, file.line_at(found.start()))


def _first(pattern: re.Pattern[str], words: tuple[str, ...], text: str) -> re.Match[str] | None:
    """The first match of the pattern, asked for only around the words: the pattern itself is slow."""
    lowered = text.lower()
    places = sorted(at for word in words if word in lowered for at in _places(word, lowered))
    if places and len(lowered) != len(text):  # `İ` becomes two characters: no place would be right
        return pattern.search(text)
    asked = 0
    for at in places:
        found = pattern.search(text, max(asked, at - _AROUND), at + _AROUND)
        if found and (whole := pattern.match(text, found.start())):  # not one that the end cut off
            return whole
        asked = at
    return None


def _places(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _is_code(file: SourceFile) -> bool:
    known = file.language is not None or file.name.endswith((".sql", ".vue", ".svelte", ".html"))
    return known or file.name in ("vercel.json", "firestore.rules")
