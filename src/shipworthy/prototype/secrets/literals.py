"""Literals under a name that says secret: `DB_PASSWORD = "…"`, `token: …`, `PASSWORD '…'`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from msgspec import Struct

from shipworthy.prototype.secrets.placeholders import (
    is_placeholder,
    is_uuid,
    looks_chosen,
    looks_random,
)
from shipworthy.prototype.secrets.secret import SecretKind
from shipworthy.regex import regex


class Named(Struct, frozen=True):
    """A literal with its name: where the value starts, and the two of them."""

    start: int
    name: str
    value: str


def named_literals(text: str, unquoted: bool = False) -> Iterator[Named]:
    """Every literal given to a name with a secret's word in it, real or not.

    `unquoted` also takes bare values, as YAML, shell and INI files write them.
    """
    lower = text.replace("İ", "i").lower()  # the one letter that is longer in lower case
    for word in _WORDS:
        at = lower.find(word)
        while at != -1:
            end = at + len(word)
            match = _TAIL.match(text, end) or (_BARE.match(text, end) if unquoted else None)
            start = _name_start(text, at) if match else at
            name = text[start : match.end("rest")] if match else ""
            if match and not (_is_named_to_gcloud(text, start) or _is_version(text, name)):
                yield Named(match.start("value"), name, match["value"])
            at = lower.find(word, end)


def kind_of_name(name: str) -> SecretKind | None:
    """What a variable of this name holds, told from its words; None where it is no secret."""
    words = split_name(name)
    if not words or _NOT_SECRET & set(words):
        return None
    while len(words) > 1 and (words[-1] in _ENDINGS or words[-1].isdigit()):
        words.pop()
    joined = "_".join(words)
    if _hands_in(words):
        return None
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if _SIGNING.search(joined):
        return SecretKind.SIGNING_SECRET
    if last in ("password", "passwd", "pwd", "passphrase", "passcode", "pw"):
        return SecretKind.PASSWORD
    if (before, last) in (("private", "key"), ("service", "account")):
        return SecretKind.PRIVATE_KEY
    if (before == "service" and last == "role") or joined.endswith("service_role_key"):
        return SecretKind.SERVICE_ROLE
    if last in ("token", "pat"):
        return SecretKind.TOKEN
    if last == "secret" or (last == "key" and before in _KEYS) or last in ("apikey", "secretkey"):
        return SecretKind.API_KEY
    return None


def is_signing_secret(name: str) -> bool:
    """True for the variable that signs sessions, tokens or cookies, or encrypts data."""
    return kind_of_name(name) is SecretKind.SIGNING_SECRET


def is_real(kind: SecretKind, value: str) -> bool:
    """True for a value that was made to be a secret, not to stand in for one or to name one."""
    if value.startswith(OF_DJANGO):
        return looks_random(value.removeprefix(OF_DJANGO))
    if is_placeholder(value) or _is_address(value) or _MODEL.match(value):
        return False
    if kind is SecretKind.PASSWORD:
        return looks_chosen(value) and not _OF_DEVELOPERS.fullmatch(value)
    if is_uuid(value):
        return kind is SecretKind.API_KEY
    if looks_random(value):
        return True
    if {"test", "tests", "dev", "ci", "local"} & set(split_name(value)) or value.isupper():
        return False
    # A phrase with a number in it is what people type in for a secret of their own.
    own = kind in (SecretKind.SIGNING_SECRET, SecretKind.API_KEY)
    return own and any(c.isdigit() for c in value) and looks_chosen(value, 10) and _is_phrase(value)


OF_DJANGO = "django-insecure-"
"""Begins the random key that `startproject` writes: it signs all the same."""
# `gpt-image-2`: which model is asked, under whatever name.
_MODEL = regex(
    r"(gpt|claude|gemini|gemma|llama|mistral|mixtral|deepseek|text-embedding|dall-e|whisper|imagen|qwen|grok)"
    r"[-.:]?[a-z\d.:-]{0,40}$"
)
# `dev_password_1`: opens a database on a developer's own machine.
_OF_DEVELOPERS = regex(
    r"(dev|test|local|localhost|demo)([-_.]?(password|passwd|pass|pwd|user|admin|db|secret|only))*"
    r"[-_.]?\d{0,4}",
    re.IGNORECASE,
)


def split_name(name: str) -> list[str]:
    """The words of a name, lower case: `openaiApiKey` and `OPENAI_API_KEY` are openai, api, key."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", name)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return [w for w in re.split(r"[^A-Za-z0-9]+", spaced.lower()) if w]


_WORDS = ("secret", "pass", "pwd", "token", "key")
_REST = r"(?P<rest>[\w.-]{0,40})"
_TYPE = r"(?:\s*:\s*[\w.\[\]| ]{1,30}(?=\s*=[^=]))?"
_OPERATOR = r"\s*(?:=>|===?|:=|\?\?|\|\||=|:-?)\s*"
# A comma or nothing separates name and value only where the name is itself a quoted string or SQL.
_TAIL = regex(
    rf"""{_REST}(?:\\?["'`]?\]?{_TYPE}\)?{_OPERATOR}|\\?["']\)?\s*,\s*|(?-i:(?<=PASSWORD)\s+))"""
    r"""(?:os\.environ\.setdefault\()?[rbf]?\\?(?P<quote>["'`])(?P<value>[^"'`\s\\]{4,300})\\?(?P=quote)"""
)
_BARE = regex(
    rf"""{_REST}\s{{0,3}}(?:=|:-|:[ \t])[ \t]*(?P<value>[^\s"'`#,;(){{}}\[\]]{{4,300}})"""
)
_NAME_CHARACTERS = regex(r"[\w.-]*\Z")


def _name_start(text: str, at: int) -> int:
    before = text[max(0, at - 40) : at]
    match = _NAME_CHARACTERS.search(before)
    return at - (len(before) - match.start()) if match else at


def _is_named_to_gcloud(text: str, start: int) -> bool:
    """True for `gcloud secrets versions access latest --secret=NAME`, which says which one to read
    (https://cloud.google.com/sdk/gcloud/reference/secrets/versions/access)."""
    before = text[text.rfind("\n", 0, start) + 1 : start]
    return text.startswith("--secret", start) and "gcloud secrets" in before


def _is_version(text: str, name: str) -> bool:
    """True for a substitution of Cloud Build that says which secret is handed on:
    `--update-secrets=URL=${_DB_SECRET}:latest`
    (https://cloud.google.com/sdk/gcloud/reference/run/deploy)."""
    return name.startswith("_") and any(
        f"{name}{end}" in text for end in ("}:latest", ":latest", "}/versions/", "/versions/")
    )


_SIGNING = regex(
    r"(^|_)(jwt|session|cookie|signing|sign|hmac|nextauth|auth|app|license|refresh|access|flask|django"
    r"|encryption|token|csrf|webhook|bridge|shared|internal)_(secret|secret_key|signing_key|encryption_key)$"
    r"|^secret_key$|(^|_)(encryption|signing)_key$|^jwt_key$"
)
# Keys that only hand events in: made to stand in the page (their providers' documentation).
_COLLECTORS = ("bugsnag", "mixpanel", "amplitude", "segment")
_KEYS = frozenset(
    """api secret access auth admin master service account consumer subscription license openai
    anthropic gemini groq stripe resend sendgrid twilio mistral deepseek elevenlabs pinecone
    cron internal""".split()
)
_ENDINGS = frozenset(
    "dev prod production default value val live base64 raw plain current str".split()
)
# Names of what belongs to a secret, and secrets that are none.
_NOT_SECRET = frozenset(
    """public publishable anon site storage cache query primary foreign sort partition translation
    i18n type name field id url uri path header label hint text message msg error placeholder
    regex pattern length min max expiry expires ttl hash hashed prefix suffix param cookies
    input class icon title description reset route page link endpoint source mode version count
    limit format alg algorithm issuer audience scope ref arn env file dir table column selector
    schema policy help confirm visible strength test tests property provider event action
    strategy mock fake dummy example sample csrf tokens keys secrets passwords credentials mask
    masked show hide toggle old row react css color website widget missing invalid
    expired wrong""".split()
)
_ADDRESS = regex(
    r"(?i)https?://|^[./~@]|^\w+(\.\w+)+$|^[\w.+-]+@[\w-]+\.\w+$|^\w+/[\w.+-]+$|^(sha\d+|data|file|node|urn)[:-]"
    r"|^[\w-]+(/[\w.-]+)+$|^\d+(\.\d+)*$|^#[0-9a-f]{3,8}$"
)


def _hands_in(words: list[str]) -> bool:
    """True for `bugsnag_api_key` and `mixpanel_token`, one letter more or less forgiven."""
    names = [w for w in words[:-1] if get_close_matches(w, _COLLECTORS, n=1, cutoff=0.85)]
    return bool(names) and words[-1] in ("key", "token") and "secret" not in words


def _is_address(value: str) -> bool:
    """True for URLs, paths, dotted names, e-mail addresses, media types, digests and numbers."""
    return _ADDRESS.search(value) is not None


def _is_phrase(value: str) -> bool:
    return len(re.findall(r"[A-Za-z]{3,}", value)) >= 2


_BEFORE = regex(
    r"""([A-Za-z_$][\w.$-]{0,60})["'`]?\]?\)?(?:\s*:\s*[\w.\[\]| ]{1,30}(?=\s*=))?"""
    r"""\s*(?:=>|===?|\?\?|\|\||:?=|:-?|,|\sor\s)\s*[\w.]{0,20}\(?[rbf]?\\?["'`]?(?:Bearer |Basic |https://)?$"""
)


def name_before(text: str, at: int) -> str | None:
    """The name that the value at this offset is given to, on the same line."""
    start = max(text.rfind("\n", 0, at) + 1, at - 120)
    match = _BEFORE.search(text[start:at])
    if not match:
        return None
    name = match[1].rpartition(".")[2] if "." in match[1] else match[1]
    return name if name.lower() not in ("https", "http", "authorization", "bearer") else None
