"""Search all files of a prototype for secrets: known formats, URIs, named literals, the engine."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from shipworthy.errors import FactUnavailable
from shipworthy.finding import Location
from shipworthy.prototype.roles import is_environment_template
from shipworthy.prototype.running.at_start import happens_at_start
from shipworthy.prototype.secrets.app_passwords import is_app_password
from shipworthy.prototype.secrets.candidates import Candidates, choose
from shipworthy.prototype.secrets.compared import compared_words
from shipworthy.prototype.secrets.composed import composed_keys
from shipworthy.prototype.secrets.cookie_jars import COOKIE_JAR, session_cookies
from shipworthy.prototype.secrets.demo_logins import is_demo_login
from shipworthy.prototype.secrets.dotenv import parse_environment_file
from shipworthy.prototype.secrets.engine_rules import is_issued, judge
from shipworthy.prototype.secrets.environment import EnvironmentRead
from shipworthy.prototype.secrets.handed import (
    account_passwords,
    other_keys,
    session_keys,
    signing_literals,
)
from shipworthy.prototype.secrets.literals import (
    OF_DJANGO,
    Named,
    is_real,
    is_signing_secret,
    kind_of_name,
    name_before,
    named_literals,
)
from shipworthy.prototype.secrets.migrated import migrated_administrators
from shipworthy.prototype.secrets.pem import private_keys
from shipworthy.prototype.secrets.placeholders import (
    is_of_development,
    looks_random,
)
from shipworthy.prototype.secrets.recognisers import (
    FIREBASE_KEY,
    is_for_models,
    opens_nothing,
    recognise,
)
from shipworthy.prototype.secrets.secret import (
    ACCOUNT_PASSWORD,
    COMPARED_WORD,
    COMPOSED_SECRET,
    DEFAULT_SECRET,
    MIGRATED_ACCOUNT,
    SEEDED_ACCOUNT,
    TOLD_ACCOUNT,
    Place,
    Recognised,
    Secret,
    SecretEngine,
    SecretKind,
)
from shipworthy.prototype.secrets.seeded import administrators
from shipworthy.prototype.secrets.shown_examples import is_shown_example
from shipworthy.prototype.secrets.specimens import is_specimen
from shipworthy.prototype.secrets.standing import (
    is_among_stand_ins,
    is_entered,
    is_printed,
    is_refused,
)
from shipworthy.prototype.secrets.tokens import Token, tokens
from shipworthy.prototype.secrets.told_logins import told_at
from shipworthy.prototype.secrets.uris import connection_uris, is_private
from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_UNREAD = (Role.LOCK, Role.ASSET, Role.TEST, Role.VENDORED)
_TESTS = regex(
    r"(^|/)(tests?|__tests__|spec|e2e|cypress|testdata|[Ff]ixtures|[\w.]+\.[Tt]ests?|src/test)/"
    r"|(^|/)(load|stress|perf(ormance)?)[-_]?tests?(ing)?/|(^|/)k6[-_/]"
    r"|(^|/)(tests?[ _-]e2e|e2e[ _-]tests?)/"
    r"|(^|/)(ios|macos)/([\w ]+/)*[\w ]*Tests/"
    r"|[a-z]Tests?\.(cs|java|kt|php|swift)$"
)
# What comes with packages, and the Firebase settings that every copy of a mobile app carries.
_FOREIGN = regex(
    r"(^|/)vendor/[^/]+/[^/]+/|(^|/)(google-services\.json|GoogleService-Info\.plist)$"
)
_FORMATS_ONLY = (Role.GENERATED, Role.DOCUMENTATION)
_JARS = (".txt", ".cookies", ".jar")
_BARE_VALUES = regex(
    r"\.(ya?ml|sh|bash|ini|cfg|conf|properties|toml|env)$|(^|/)[^./]+$|ockerfile|\.replit$"
)
_OWN_PROFILE = regex(r"[-.](local|dev|development|test)\.(ya?ml|properties)$")
_OWN_SETTINGS = regex(r"(^|[/_.-])(local|dev|development|tests?|testing|ci)\w*\.py$")
_OWN_MACHINE = regex(r"\.(dev|development|test|testing|local|ci)(\.|$)")
# Throw-away services of a job; its real secrets come from the store of the CI.
_JOBS = regex(r"(^|/)(\.github|\.circleci|\.gitlab)/|(^|/)\.gitlab-ci\.ya?ml$")
_TEST_RUN = regex(
    r"^[ \t]*NODE_ENV:\s*[\"']?test\b|^[ \t]*[A-Z_]*DATABASE_URL:[^\n]*@(localhost|127\.0\.0\.1)",
    re.MULTILINE,
)
_NETWORK = regex(
    r"\b(ssid|wi-?_?fi_?(name|network|ssid)?|network_?name)[\"']?\s*[:=]", re.IGNORECASE
)
_INVENTED = regex(
    r"(^|[/_.-])(seed(er)?s?|mocks?|demos?|samples?|fixtures?|dummy|stories|locales?|i18n|lang"
    r"|translations?)(?![a-z])",
    re.IGNORECASE,
)
# Formats so plain that people make up values of them; what is known by its name alone is, too.
_OFTEN_INVENTED = frozenset({"webhook-signing_secret", "jwt-token"})


class _Hit(Struct, frozen=True):
    """A secret in one text, by the offset of its value."""

    start: int
    value: str
    name: str | None
    kind: SecretKind
    provider: str
    rule: str


class SearchedTexts(Struct, frozen=True):
    """The tokens of the files that may hold secrets, by path, and the secrets in plain sight.

    `asked`: the lines that an engine was given already, with its answers; None where it was not asked.
    """

    tokens: Mapping[str, Sequence[Token]]
    found: Sequence[Secret]
    asked: Sequence[str] | None = None
    answers: Mapping[int, Sequence[Recognised]] = field(default_factory=dict)


def search_texts(files: Iterable[SourceFile], engine: SecretEngine | None = None) -> SearchedTexts:
    """The part of the search that needs no parsed code. The engine is asked where it is given and can
    run, about the lines that remain if the parsed code explains none."""
    searched = {f.path: f for f in files if f.text and _is_searched(f)}
    pieces = {path: tokens(file.text or "") for path, file in searched.items()}
    found = [s for path, file in searched.items() for s in _in_file(file, pieces[path])]
    texts = SearchedTexts(pieces, found)
    if engine is None:
        return texts
    lines = list(_candidates(searched, texts, found).places)
    try:
        return replace(texts, asked=lines, answers=engine(lines))
    except FactUnavailable:
        return texts  # said by whoever asks again


def search(prototype: Prototype, engine: SecretEngine) -> tuple[Secret, ...]:
    """All secrets of a prototype, by place. Raises FactUnavailable where the engine cannot run."""
    texts = prototype.searched_texts
    found = [*texts.found, *_in_fallbacks(prototype.files, prototype.environment)]
    candidates = _candidates(prototype.files, texts, found)
    lines = list(candidates.places)
    answers = texts.answers if lines == texts.asked else engine(lines)
    for index, recognised in answers.items():
        for file, number in candidates.places[lines[index]]:
            found += _from_engine(file, number, [(r.rule, r.value) for r in recognised])
    found = [made for s in found for made in _as_made(prototype, s)]
    known_now = _public_everywhere(prototype.files, _without_doubles(found))
    return tuple(sorted(known_now, key=lambda s: (s.location, s.value)))


def _as_made(prototype: Prototype, secret: Secret) -> Iterator[Secret]:
    """The password of an administrator as what it is: one that every installation of the app has, or that
    a guide tells, there and here; nothing where only a developer makes him. Others as they are."""
    if secret.rule != SEEDED_ACCOUNT:
        yield secret
    elif secret.location.path not in prototype.modules.browser:
        if happens_at_start(prototype, secret.location):
            yield secret
        elif (told := told_at(prototype, secret)) is not None:
            yield replace(secret, rule=TOLD_ACCOUNT)
            yield replace(secret, rule=TOLD_ACCOUNT, location=told, place=Place.DOCUMENTATION)


def _candidates(
    files: Mapping[str, SourceFile], texts: SearchedTexts, found: Iterable[Secret]
) -> Candidates:
    """The lines for an engine: those in which nothing was found."""
    known: dict[str, set[int]] = {}
    for secret in found:
        known.setdefault(secret.location.path, set()).add(secret.location.line)
    searched = ((files[path], pieces) for path, pieces in texts.tokens.items())
    return choose(((f, p) for f, p in searched if f.role is not Role.GENERATED), known)


def _public_everywhere(
    files: Mapping[str, SourceFile], found: Iterable[Secret]
) -> Iterator[Secret]:
    """A Google key that stands in the web settings of Firebase is public in every other place, too,
    unless that one uses it for a language model."""
    secrets = list(found)
    web = {s.value: s for s in secrets if s.rule == FIREBASE_KEY}
    for secret in secrets:
        public = web.get(secret.value)
        file = files.get(secret.location.path)
        line = file.line(secret.location.line) if file else ""
        if public is None or secret.is_public or is_for_models(line):
            yield secret
        else:
            yield replace(secret, kind=public.kind, provider=public.provider, rule=public.rule)


def _is_searched(file: SourceFile) -> bool:
    if file.role in _UNREAD or _FOREIGN.search(file.path):
        return False
    return not _TESTS.search(file.path)


def _in_file(file: SourceFile, pieces: Sequence[Token]) -> Iterator[Secret]:
    text = file.text or ""
    if file.path.endswith(_JARS):
        for start, name, value in session_cookies(text):
            hit = _Hit(start, value, name, SecretKind.TOKEN, "", COOKIE_JAR)
            yield _secret(file, hit, file.line_at(start))
    if file.role is Role.ENVIRONMENT:
        yield from _in_environment_file(file)
        return
    for hit in _hits(file, text, pieces):
        yield _secret(file, hit, file.line_at(hit.start))


def _hits(file: SourceFile, text: str, pieces: Sequence[Token]) -> Iterator[_Hit]:
    for key in recognise(text, pieces):
        name = name_before(text, key.start)
        if key.rule in _OFTEN_INVENTED and is_specimen(text, key.start):
            continue
        yield _Hit(key.start, key.value, name, key.kind, key.provider, key.rule)
    yield from _private_keys(text)
    documents = file.role is Role.DOCUMENTATION
    for uri in connection_uris(text):
        if is_private(uri.host) and is_specimen(text, uri.start):
            continue
        told = documents or is_printed(text, uri.start)
        if not told or looks_random(uri.password):
            name = name_before(text, uri.start)
            kind = SecretKind.CONNECTION_URI
            yield _Hit(uri.start, uri.value, name, kind, uri.provider, "connection-uri")
    if file.role not in _FORMATS_ONLY:
        yield from _named(file, text)
    for literal in composed_keys(file) if file.role is Role.CONFIG else ():
        signing = SecretKind.SIGNING_SECRET
        if not is_real(signing, literal.value):
            yield _Hit(literal.start, literal.value, literal.name, signing, "", COMPOSED_SECRET)
    if file.language is not None and file.role in (Role.PRODUCT, Role.SCRIPT):
        for literal in administrators(text):
            password = SecretKind.PASSWORD
            yield _Hit(literal.start, literal.value, literal.name, password, "", SEEDED_ACCOUNT)
    for literal in _of_migrations(file, text):
        password = SecretKind.PASSWORD
        yield _Hit(literal.start, literal.value, literal.name, password, "", MIGRATED_ACCOUNT)


def _of_migrations(file: SourceFile, text: str) -> Iterator[Named]:
    return migrated_administrators(file.path, text) if file.path.endswith(".sql") else iter(())


def _named(file: SourceFile, text: str) -> Iterator[_Hit]:
    code = file.language is not None
    invented = (_INVENTED.search(file.path) or _JOBS.search(file.path)) is not None
    for literal in named_literals(text, unquoted=_BARE_VALUES.search(file.path) is not None):
        kind = kind_of_name(literal.name)
        if kind is None or (invented and kind in (SecretKind.PASSWORD, SecretKind.TOKEN)):
            continue
        if literal.name.lower().endswith("access_key") and _OF_A_FORM in text:
            continue  # https://docs.web3forms.com: it only says into whose mailbox a form goes
        if opens_nothing(literal.value) or _is_said_only(kind, literal, text):
            continue
        if kind_of_name(literal.value) is not None and _is_listed(literal, text):
            continue  # the name of another secret
        signs = kind is SecretKind.SIGNING_SECRET or literal.name.lower() == "secret"
        if signs and is_of_development(literal.value) and _JOBS.search(file.path):
            continue  # what a job of the CI makes up for its tests
        if signs and _JOBS.search(file.path) and _is_beside_test(text, literal.start):
            continue
        if literal.value.startswith(OF_DJANGO) and _OWN_SETTINGS.search(file.path):
            continue
        if signs and _OWN_PROFILE.search(file.path):
            continue  # what a developer's own machine signs with
        if kind is not SecretKind.PASSWORD and is_specimen(text, literal.start):
            continue
        if kind is SecretKind.PASSWORD and _is_tried(file.path, text, literal.start):
            continue
        if kind in _OF_A_LOGIN and is_shown_example(text, literal.start):
            continue
        if is_real(kind, literal.value):
            chosen = kind is SecretKind.PASSWORD
            if chosen and is_demo_login(text, literal.start, literal.value):
                continue
            yield _Hit(literal.start, literal.value, literal.name, kind, "", f"named-{kind.value}")
        elif code and file.role is Role.PRODUCT and _is_guessable(literal, text):
            yield _Hit(literal.start, literal.value, literal.name, kind, "", DEFAULT_SECRET)
    if code and not invented and file.role is Role.PRODUCT:
        yield from _handed(text)


def _is_tried(path: str, text: str, at: int) -> bool:
    """True in a script of tests for the password of an account at an address that nobody has (RFC 2606)."""
    return (
        _TRIES.search(path) is not None and _NOBODY.search(text[max(0, at - 120) : at]) is not None
    )


_TRIES = regex(r"(^|[/_.-])tests?\.\w+$", re.IGNORECASE)
_NOBODY = regex(r"@example\.(com|org|net)\b")
_OF_A_LOGIN = (SecretKind.PASSWORD, SecretKind.TOKEN)
_OF_A_FORM = "api.web3forms.com"


def _is_beside_test(text: str, at: int) -> bool:
    """True in the settings of a job whose database is its own and lives as long as it does."""
    return _TEST_RUN.search(text[max(0, at - 800) : at + 800]) is not None


def _handed(text: str) -> Iterator[_Hit]:
    """What is signed with and what accounts are made with, whatever it is called."""
    signing = SecretKind.SIGNING_SECRET
    for literal in chain(signing_literals(text), other_keys(text)):
        if is_real(signing, literal.value):
            yield _Hit(
                literal.start, literal.value, literal.name, signing, "", "named-signing_secret"
            )
        elif not (_is_looked_up(literal, text) or _is_of_a_test(text, literal.start)):
            yield _Hit(literal.start, literal.value, literal.name, signing, "", DEFAULT_SECRET)
    for literal in session_keys(text):
        if not _is_of_a_test(text, literal.start):
            real = is_real(signing, literal.value)
            rule = "named-signing_secret" if real else DEFAULT_SECRET
            yield _Hit(literal.start, literal.value, literal.name, signing, "", rule)
    for literal in account_passwords(text):
        if not (
            _is_of_a_test(text, literal.start) or is_demo_login(text, literal.start, literal.value)
        ):
            password = SecretKind.PASSWORD
            yield _Hit(literal.start, literal.value, literal.name, password, "", ACCOUNT_PASSWORD)
    for literal in compared_words(text):
        password = SecretKind.PASSWORD
        # What looks like a password under that name is found, or left, by its name.
        by_name = kind_of_name(literal.name) is password and is_real(password, literal.value)
        if not by_name:
            yield _Hit(literal.start, literal.value, literal.name, password, "", COMPARED_WORD)


def _is_looked_up(literal: Named, text: str) -> bool:
    """True for `SECRET = "APP_KEY"` that names a setting until `SECRET = os.environ[SECRET]`; what is handed
    to a signature as it stands is the value, in capitals as well."""
    if not literal.value.isupper():
        return False
    line = text[text.rfind("\n", 0, literal.start) + 1 : literal.start]
    if line.lstrip().startswith(("#", "//", "*")):
        return True  # how it would be called, said in a comment
    again = rf"^\s*(?:const |let |var )?{re.escape(literal.name)}\s*=(?!=)"
    return len(re.findall(again, text, re.MULTILINE)) > 1


def _is_said_only(kind: SecretKind, literal: Named, text: str) -> bool:
    """True for a password that opens nothing where it stands, and for the line that tells it."""
    if is_printed(text, literal.start):
        return True
    if kind is not SecretKind.PASSWORD:
        return False
    return is_refused(literal, text) or is_entered(literal, text) or _is_of_guests(literal, text)


def _is_of_guests(literal: Named, text: str) -> bool:
    """True for the password of a wireless network that a page tells its guests."""
    return bool(_NETWORK.search(text, max(0, literal.start - 200), literal.start + 200))


def _is_guessable(literal: Named, text: str) -> bool:
    """True for `SECRET_KEY = "change-me"` and `session({ secret: "words" })`; a value in capitals
    mostly names another variable."""
    words = re.fullmatch(r"[\w!@#.*-]{4,}", literal.value)
    signing = is_signing_secret(literal.name)
    if literal.name == "secret":
        before = text[max(0, literal.start - 300) : literal.start]
        signing = _SESSION.search(before) is not None
    if not signing or words is None or (literal.value.isupper() and not _is_own_word(literal)):
        return False
    if _is_of_a_test(text, literal.start):
        return False
    return not (is_among_stand_ins(text, literal) or _is_listed(literal, text))


def _is_own_word(literal: Named) -> bool:
    """True for `JWT_SECRET_KEY = "HARBOUR_VIEW"` of Python: what is called so is the key, and what names
    another setting says that it is a key as well; what `app.secret_key` is given always is the key."""
    return literal.name.endswith(".secret_key") or bool(
        _KEY_OF_APP.fullmatch(literal.name)
        and _SEVERAL_WORDS.fullmatch(literal.value)
        and not _SAYS_KEY.search(literal.value)
    )


_KEY_OF_APP = regex(r"(JWT_|FLASK_|APP_)?SECRET_KEY")
_SEVERAL_WORDS = regex(r"[A-Z\d]{2,}(_[A-Z\d]{2,})+")
_SAYS_KEY = regex(
    r"SECRET|KEY|TOKEN|JWT|PASS|SALT|SIGN|AUTH|CRYPT|HASH|ENV|INVALID|MISSING|REQUIRED|ERROR|NOT_|_NOT"
)


def _is_of_a_test(text: str, at: int) -> bool:
    """True below `def create_test_settings():`, whatever file that stands in."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    found = re.findall(r"^(?:async )?def (\w+)\(|^(?=[^\s#)\]}])", text[:at], re.MULTILINE)
    inside = bool(before[:1].isspace() and found)
    return inside and re.search(r"(^|_)tests?(_|$)", found[-1]) is not None


def _is_listed(literal: Named, text: str) -> bool:
    """True in a list of names, `["encryptionKey", "encryption_key", …]`, where none is a value."""
    if not text[: literal.start].rstrip("\"'` \t\r\n").endswith(","):
        return False
    depth, at = 0, literal.start
    while at > max(0, literal.start - _LISTED):
        at -= 1
        depth += _BRACKETS.get(text[at], 0)
        if depth < 0:  # a name before the bracket makes it a call: `getenv("KEY", "default")`
            before = text[max(0, at - 1) : at]
            return text[at] != "(" or not (before.isalnum() or before in "_>")
    return False


_BRACKETS = {"]": 1, ")": 1, "}": 1, "[": -1, "(": -1, "{": -1}
_LISTED = 2_000  # characters of a list before the value
_SESSION = regex(r"\b(session|cookieSession|expressSession)\(\s*\{(?:[^{}]|\{[^{}]*\})*\Z")


def _private_keys(text: str) -> Iterator[_Hit]:
    for start, value in private_keys(text):
        name = name_before(text, start)
        provider = "Google Cloud" if all(part in text for part in _SERVICE_ACCOUNT) else ""
        yield _Hit(start, value, name, SecretKind.PRIVATE_KEY, provider, "pem-private-key")


# A whole key file of a service account: whoever has it needs nothing else to sign in.
_SERVICE_ACCOUNT = ('"service_account"', '"client_email"', ".gserviceaccount.com")


def _in_environment_file(file: SourceFile) -> Iterator[Secret]:
    template = is_environment_template(file.name)
    own_machine = _OWN_MACHINE.search(file.name) is not None
    for setting in parse_environment_file(file.text or ""):
        if own_machine and _stays_there(setting.value):
            continue
        hit = _of_value(setting.name, setting.value, template)
        if own_machine and hit and _is_own(hit):
            continue
        if hit:
            yield _secret(file, hit, setting.line)


def _stays_there(value: str) -> bool:
    """True for a value that opens only the services of a developer's own machine."""
    return is_of_development(value) or any(uri.is_local for uri in connection_uris(value))


def _is_own(hit: _Hit) -> bool:
    """True for what a developer makes up to sign with: on that machine it guards nothing."""
    made = (SecretKind.SIGNING_SECRET, SecretKind.PRIVATE_KEY)
    return hit.rule.startswith("named-") and hit.kind in made


def _of_value(name: str, value: str, formats_only: bool = False) -> _Hit | None:
    """What a variable's value is, by its format first and its name second."""
    for key in recognise(value):
        return _Hit(0, key.value, name, key.kind, key.provider, key.rule)
    for hit in _private_keys(value):
        return _Hit(0, hit.value, name, hit.kind, "", hit.rule)
    for uri in connection_uris(value):
        if not formats_only or looks_random(uri.password):
            kind = SecretKind.CONNECTION_URI
            return _Hit(0, uri.value, name, kind, uri.provider, "connection-uri")
    kind_by_name = kind_of_name(name)
    if kind_by_name is SecretKind.PASSWORD and is_app_password(name, value):
        return _Hit(0, value, name, SecretKind.PASSWORD, "Google", "google-app-password")
    if formats_only or kind_by_name is None or not is_real(kind_by_name, value):
        return None
    if opens_nothing(value):
        return None
    return _Hit(0, value, name, kind_by_name, "", f"named-{kind_by_name.value}")


def _in_fallbacks(
    files: Mapping[str, SourceFile], reads: Sequence[EnvironmentRead]
) -> Iterator[Secret]:
    for read in reads:
        file = files.get(read.location.path)
        if not read.fallback or file is None or not _is_searched(file):
            continue
        hit = _of_value(read.name, read.fallback)
        signing = is_signing_secret(read.name)
        if signing and (hit is None or not looks_random(hit.value)):
            kind = SecretKind.SIGNING_SECRET
            hit = _Hit(0, read.fallback, read.name, kind, "", DEFAULT_SECRET)
        if hit:
            # The field of a settings class is a value in the code, like any other.
            in_class = hit.rule == DEFAULT_SECRET and read.accessor == "BaseSettings"
            line = _line_of(file, hit.value, read.location.line)
            yield Secret(
                kind=hit.kind,
                provider=hit.provider,
                value=hit.value,
                name=read.name,
                place=Place.CODE if in_class else Place.FALLBACK,
                rule=hit.rule,
                location=Location(file.path, line),
                function=read.function,
            )


def _line_of(file: SourceFile, value: str, near: int) -> int:
    """The line of a literal that may stand some lines under the read that it belongs to."""
    return next((n for n in range(near, near + 6) if value in file.line(n)), near)


def _from_engine(
    file: SourceFile, number: int, recognised: Iterable[tuple[str, str]]
) -> Iterator[Secret]:
    for rule, value in recognised:
        line = file.line(number)
        if value in line and is_issued(value) and not opens_nothing(value):
            if _is_shown_only(file, value):
                continue
            kind, provider = judge(rule)
            name = name_before(line, line.index(value))
            yield _secret(file, _Hit(0, value, name, kind, provider, rule), number)


def _is_shown_only(file: SourceFile, value: str) -> bool:
    """True for a token of no known format in an invented record."""
    text = file.text or ""
    start = text.find(value)
    return start >= 0 and is_specimen(text, start) and not any(recognise(value))


def _secret(file: SourceFile, hit: _Hit, line: int) -> Secret:
    return Secret(
        kind=hit.kind,
        provider=hit.provider,
        value=hit.value,
        name=hit.name,
        place=_place(file),
        rule=hit.rule,
        location=Location(file.path, line),
    )


def _place(file: SourceFile) -> Place:
    if file.role is Role.ENVIRONMENT:
        return Place.ENVIRONMENT_FILE
    if file.role is Role.DOCUMENTATION:
        return Place.DOCUMENTATION
    if file.path.endswith(".sql"):
        return Place.SQL
    return Place.CONFIG if file.role is Role.CONFIG else Place.CODE


def _without_doubles(found: Iterable[Secret]) -> Iterator[Secret]:
    """One secret per value and line: a fallback knows most, then the format, then the name."""
    by_line: dict[tuple[str, int], list[Secret]] = {}
    for secret in sorted(found, key=_certainty):
        here = by_line.setdefault((secret.location.path, secret.location.line), [])
        if not any(secret.value in known.value or known.value in secret.value for known in here):
            here.append(secret)
            yield secret


def _certainty(secret: Secret) -> tuple[bool, bool, bool, int]:
    named = secret.rule.startswith("named-") or secret.rule == DEFAULT_SECRET
    seeded = secret.rule in (SEEDED_ACCOUNT, TOLD_ACCOUNT)
    return (not seeded, secret.place is not Place.FALLBACK, named, -len(secret.value))
