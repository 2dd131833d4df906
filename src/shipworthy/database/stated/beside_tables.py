"""What a function lets its caller do with what stands beside the tables: queues, the schedule, the vault."""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.database.schema import Function
from shipworthy.database.stated.words import at_commas, in_parentheses, masked, texts
from shipworthy.regex import regex

TAKES_OUT = "takes messages out of a queue"
_CALLS = regex(
    r"\b(?:(?P<queue>pgmq)\s*\.\s*(?P<verb>\w+)|(?P<cron>cron)\s*\.\s*schedule(?:_in_database)?)\s*\(",
    re.IGNORECASE,
)
_READS = frozenset({"read", "read_with_poll", "pop"})
_SENDS = frozenset({"send", "send_batch"})
_TAKES = frozenset({"delete", "archive", "purge_queue", "drop_queue", "set_vt"})
_MAILS = regex(
    r"mail|auth(?!or(?!i))|otp|sms|whatsapp", re.IGNORECASE
)  # what speaks in the name of the app
_VAULT = regex(
    r"\bselect\s+(?P<picked>[^;]*?\bdecrypted_secret\b[^;]*?)\s+from\s+vault\s*\.\s*decrypted_secrets\b(?P<rest>[^;]*)",
    re.IGNORECASE,
)
_INTO = regex(r"\binto\s+(?:strict\s+)?(\w+)", re.IGNORECASE)
_SECRET = regex(r"key|token|secret|passw|credential|service_role|dsn|url", re.IGNORECASE)
# What every page is given as well: where the project is, and the key of its visitors.
_SHOWN = regex(
    r"(?:(?:supabase|project|site|app|edge|functions?|public|base|api)_?)+url|(?:supabase_?)?(?:anon|publishable|public)_?key",
    re.IGNORECASE,
)


def beside_tables(function: Function, code: str) -> str:
    """What it hands out or does for whoever calls it; "" for nothing."""
    done = dict.fromkeys(_done(function, code))
    return next((reason for reason in _WORST_FIRST if reason in done), "")


_SCHEDULES = "puts the SQL that a caller sends on the schedule, which runs it with all rights"
_TELLS = "hands out secrets of the vault"
_LISTENS = "hands out the messages that wait in a queue of mails"
_SPEAKS = "puts whatever a caller sends into a queue of mails"
_WORST_FIRST = (_SCHEDULES, _TELLS, _LISTENS, _SPEAKS, TAKES_OUT)


def _done(function: Function, code: str) -> Iterator[str]:
    if "decrypted_secrets" in code.lower() and _tells_a_secret(function, code):
        yield _TELLS
    for found in _CALLS.finditer(masked(code)):
        given = list(at_commas(in_parentheses(code, found.end())))
        if found["cron"]:
            command = given[2:3] or given[1:2]
            if command and _is_sent(function, command[0]):
                yield _SCHEDULES
        elif given and (_is_sent(function, given[0]) or _MAILS.search(given[0])):
            yield from _with_a_queue(function, found["verb"].lower(), given[1:])


def _with_a_queue(function: Function, verb: str, given: list[str]) -> Iterator[str]:
    if verb in _READS and function.returns not in ("void", "boolean", "integer", "bigint"):
        yield _LISTENS
    if verb in _SENDS and any(_is_sent(function, value) for value in given[:1]):
        yield _SPEAKS
    if verb in _TAKES:
        yield TAKES_OUT


def _is_sent(function: Function, value: str) -> bool:
    """True for an argument as it is, whatever it is cast to."""
    names = "|".join(re.escape(name) for name in function.argument_names if name)
    word = rf"\s*(?:\w+\s*=>\s*|\w+\s*:=\s*)?(?:\w+\.)?(?:{names})(?:\s*::\s*\w+)?\s*"
    return bool(names) and re.fullmatch(word, value, re.IGNORECASE) is not None


def _tells_a_secret(function: Function, code: str) -> bool:
    """True where a secret is what it answers, be it that the caller says which."""
    if function.returns in ("void", "boolean"):
        return False
    for found in _VAULT.finditer(code):
        named = texts(found["rest"])
        if named and not any(_SECRET.search(n) and not _SHOWN.fullmatch(n) for n in named):
            continue
        if function.language == "sql":
            return True
        kept = _INTO.search(found["picked"]) or _INTO.search(found["rest"])
        answers = re.findall(r"\breturn\b([^;]*)", code, re.IGNORECASE)
        if not kept and any(found[0].strip() in answer for answer in answers):
            return True
        if kept and any(
            re.search(rf"^\s*\(?\s*{kept[1]}\b(?!\s*(?:\bis\b|[=<>!]))", a, re.I) for a in answers
        ):
            return True
    return False
