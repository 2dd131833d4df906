"""Keys that a compose file gives to the app itself, as words that the repository shows, be it where no
other is set (`${NAME:-word}`)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.prototype.secrets.literals import Named, is_signing_secret
from shipworthy.prototype.secrets.placeholders import is_of_development
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

_COMPOSE = regex(
    r"^(docker-)?compose([.-](prod|production|deploy|server|app))?\.ya?ml$", re.IGNORECASE
)
_SERVICES = regex(r"^services:[ \t]*\r?\n((?:[ \t]+.*\n?|[ \t]*#.*\n?|[ \t]*\r?\n)*)", re.MULTILINE)
_SERVICE = regex(
    r"^(?P<depth>[ \t]+)[\w.-]+:[ \t]*\r?\n(?:(?P=depth)[ \t]+.*\n?|[ \t]*#.*\n?|[ \t]*\r?\n)*",
    re.M,
)
_BUILT = regex(r"^[ \t]+build:", re.MULTILINE)
_KEPT_RUNNING = regex(
    r"^[ \t]+restart:[ \t]*[\"']?(always|unless-stopped|on-failure)", re.MULTILINE
)
# What is there to work on the code: its own folder in the container, a server that loads it anew, a setting.
_FOR_WORK = regex(
    r"\b\w*ENV(IRONMENT)?[\"']?\s*[:=]\s*[\"']?(dev|test|local)|--reload|\b(run|start:)\s?dev\b|nodemon|runserver"
    r"|\bDEBUG\w*[\"']?\s*[:=]\s*[\"']?(true|1|yes|on)\b"
    r"|^[ \t]*-\s*[\"']?\./?(\w[\w-]*)?/?:/(app|code|src|usr/src/app|workspace|srv)/?[\"']?(:\w+)?\s*$",
    re.IGNORECASE | re.MULTILINE,
)
_SETTING = regex(
    r"^[ \t]+(?:-[ \t]*)?[\"']?(\w+)[\"']?"
    r"(?:[ \t]*:[ \t]+|=)[\"']?(?:\$\{\w+:?-)?([^\s\"'#${}]{4,200})\}?[\"']?[ \t]*(?:\#.*)?\r?$",
    re.MULTILINE,
)


def composed_keys(file: SourceFile) -> Iterator[Named]:
    """What the app signs with, of each service that is built here and kept running, and not made to work on
    the code."""
    text = file.text or ""
    services = _SERVICES.search(text) if _COMPOSE.match(file.name) else None
    for service in _SERVICE.finditer(text, services.start(1), services.end(1)) if services else ():
        block = service[0]
        if not _BUILT.search(block) or not _KEPT_RUNNING.search(block) or _FOR_WORK.search(block):
            continue
        for setting in _SETTING.finditer(text, service.start(), service.end()):
            if is_signing_secret(setting[1]) and not is_of_development(setting[2]):
                yield Named(setting.start(2), setting[1], setting[2])
