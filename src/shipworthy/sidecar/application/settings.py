"""The environment of a prototype: what its code reads, what the user gives, and what is missing."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from shipworthy.finding import Location
from shipworthy.prototype import Prototype
from shipworthy.prototype.inventory.placeholders import OF_THE_MACHINE, placeholder
from shipworthy.prototype.running import Program
from shipworthy.prototype.secrets.dotenv import parse_environment_file
from shipworthy.prototype.secrets.environment import EnvironmentRead
from shipworthy.prototype.source import Role
from shipworthy.sidecar.application.problem import CannotRun

_MOST_BYTES = 1_000_000
_LOADED = (".env", ".env.local", ".env.production", ".env.production.local", ".env.development")
_ELSEWHERE = ("supabase/functions/", "netlify/functions/", "e2e/", "scripts/", "tests/")
_OF_PLATFORMS = re.compile(
    r"(npm|VERCEL|NETLIFY|REPL|REPLIT|RAILWAY|RENDER|HEROKU|GITHUB|CF|AWS_LAMBDA|DENO|K)_\w*"
    r"|HOSTNAME|COLUMNS|NEXT_PHASE|TERM|TZ|HTTPS?_PROXY|LOG_LEVEL|WEB_CONCURRENCY"
)
# Keys that an app makes up for itself: any long random value is the right one.
_OWN_SECRET = re.compile(
    r"(APP_|AUTH_|BETTER_AUTH_|COOKIE_|CSRF_|DJANGO_|FLASK_|JWT_|NEXTAUTH_|REFRESH_(TOKEN_)?|SESSION_)?"
    r"SECRET(_KEY)?|(JWT|SESSION|COOKIE|ENCRYPTION)_(SECRET_)?KEY"
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A setting that the code reads and nobody gave; `refuses` where a program does not start without."""

    name: str
    location: Location
    refuses: bool

    @property
    def text(self) -> str:
        """As the user is told."""
        return f"{self.name} ({self.location})"


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment of one program, and how it came about."""

    values: Mapping[str, str]
    missing: tuple[Missing, ...]
    made_up: tuple[str, ...]  # keys of its own, of random bytes
    stand_in: tuple[str, ...]  # what browsers get, leading nowhere


def read_settings(file: Path) -> dict[str, str]:
    """The settings of an environment file. Raises CannotRun where it cannot be read or holds none."""
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise CannotRun(f"{file} is larger than an environment file is")
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise CannotRun(f"the environment file {file} cannot be read: {why}") from error
    found = {setting.name: setting.value for setting in parse_environment_file(text)}
    if not found and text.strip():
        raise CannotRun(f"the environment file {file} holds no line of the form NAME=value")
    if any("\0" in value for value in found.values()):
        raise CannotRun(f"the environment file {file} holds a value that no program can be given")
    return found


def settings_of(
    prototype: Prototype, program: Program, given: Mapping[str, str], others: Iterable[Program]
) -> Settings:
    """The environment of one program of the prototype. `others` run beside it, in folders of their own."""
    reads = _reads(prototype, program, others)
    values = dict(given)
    known = {*given, *_in_files(prototype, program)}
    missing, made_up, stand_in = [], [], []
    for name, found in sorted(reads.items()):
        if name in known or not _is_needed(found):
            continue
        if found[0].reaches_browser:
            values[name] = placeholder(name)
            stand_in.append(name)
        elif _OWN_SECRET.fullmatch(name):
            values[name] = secrets.token_hex(32)
            made_up.append(name)
        else:
            refuses = any(_refuses(prototype, read) for read in found)
            missing.append(Missing(name, found[0].location, refuses))
    return Settings(values, tuple(missing), tuple(made_up), tuple(stand_in))


def need_all(missing: Collection[Missing]) -> None:
    """Raise CannotRun where a program refuses to start without what is missing."""
    refusing = [one for one in missing if one.refuses]
    if refusing:
        raise CannotRun(
            "it does not start without settings that nobody gave: "
            + ", ".join(one.text for one in refusing)
            + _HOW
        )


_HOW = ". Write them into a file, NAME=value on each line, and give it with --env FILE"


def _reads(
    prototype: Prototype, program: Program, others: Iterable[Program]
) -> dict[str, list[EnvironmentRead]]:
    """The variables that the code of the program reads, by name."""
    prefix = f"{program.folder}/" if program.folder else ""
    foreign = tuple(f"{p.folder}/" for p in others if p.folder and p.folder != program.folder)
    found: dict[str, list[EnvironmentRead]] = {}
    for read in prototype.environment:
        path = read.location.path
        file = prototype.files[path]
        runs = file.role is Role.PRODUCT and path not in prototype.abandoned
        if not runs or not path.startswith(prefix) or path.startswith(foreign):
            continue
        if path.endswith(".py") is not program.python or any(f in path for f in _ELSEWHERE):
            continue
        if read.name not in OF_THE_MACHINE and not _OF_PLATFORMS.fullmatch(read.name):
            found.setdefault(read.name, []).append(read)
    return found


def _is_needed(reads: Iterable[EnvironmentRead]) -> bool:
    return all(read.fallback is None for read in reads) and not all(read.tested for read in reads)


def _refuses(prototype: Prototype, read: EnvironmentRead) -> bool:
    facts = prototype.facts.get(read.location.path)
    return facts is not None and any(found.name == read.name for found in facts.refusals)


def _in_files(prototype: Prototype, program: Program) -> frozenset[str]:
    """The names that environment files of the prototype give a value: its own tools read them."""
    folders = ("", program.folder, program.home)
    paths = {f"{folder}/{name}".lstrip("/") for folder in folders for name in _LOADED}
    return frozenset(
        setting.name
        for path in paths
        if (file := prototype.files.get(path)) is not None
        for setting in parse_environment_file(file.text or "")
        if setting.value
    )
