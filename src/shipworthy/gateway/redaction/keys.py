"""Keys that open something: provider keys by their mark, tokens, private keys, and named passwords.

What is judged differs from the search in a prototype's files: there an example in a documentation is no
finding, here everything of a key's form stays inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from shipworthy.gateway.redaction.found import Found, stands_alone


def find_keys(text: str) -> Iterator[Found]:
    """Every key of a known form in a text, and passwords behind a word that says so."""
    yield from find_marked(text)
    lower = text.lower()
    if (
        "ssw" in lower
        or "cret" in lower
        or "pwd" in lower
        or "ssphr" in lower
        or "sskey" in lower
        or "traseñ" in lower
        or "mot de p" in lower
    ):
        for assigned in _ASSIGNED.finditer(text):
            if _opens_something(assigned[1]):
                yield Found(*assigned.span(1), "PASSWORD")


def find_marked(text: str) -> Iterator[Found]:
    """Every key that is one by its own form."""
    if len(text) < _SHORTEST:
        return
    long = _LONG in text.encode("latin-1", "replace").translate(_IN_KEYS)
    for mark, pattern in _MARKS if long else ():
        at = text.find(mark)
        while at >= 0:
            end = at + len(mark)
            match = pattern.match(text, end)
            if match and stands_alone(text, at):
                end = match.end()
                yield Found(at, end, "JWT" if mark == "eyJ" else "KEY")
            at = text.find(mark, end)
    if "-----BEGIN " in text:
        for block in _PEM.finditer(text):
            yield Found(*block.span(), "PRIVATE_KEY")


_W, _A = r"[A-Za-z0-9_-]", r"[A-Za-z0-9]"
# Every key has sixteen of these in a row, and few words of a language do.
_IN_KEYS = bytes(ord("w") if c.isalnum() or c in "_-." else 32 for c in map(chr, range(256)))
_SHORTEST = 16
_LONG = b"w" * _SHORTEST
# Sources: the providers' documentation and GitHub's list of secret scanning patterns.
_MARKS = tuple(
    (mark, re.compile(rest))
    for mark, rest in (
        (
            "sk-",
            rf"(?:ant-|proj-|svcacct-|admin-|or-v1-)?{_W}{{20,}}",
        ),  # OpenAI, Anthropic, many more
        ("sk_", rf"(?:live|test)_{_A}{{10,}}"),  # Stripe
        ("rk_", rf"(?:live|test)_{_A}{{10,}}"),
        ("whsec_", r"[A-Za-z0-9+/]{24,}={0,2}"),
        ("AKIA", r"[0-9A-Z]{16}(?![0-9A-Za-z])"),
        ("ASIA", r"[0-9A-Z]{16}(?![0-9A-Za-z])"),
        ("AIza", rf"{_W}{{30,40}}"),
        ("ya29.", rf"{_W}{{20,}}"),
        ("gh", rf"[pousr]_{_A}{{30,}}"),
        ("github_pat_", rf"{_A}{{20,}}_\w{{30,}}"),
        ("glpat-", rf"{_W}{{20,}}"),
        ("xox", r"[abeprs]-[0-9A-Za-z-]{10,}"),
        ("xapp-", rf"\d-{_W}{{20,}}"),
        ("hooks.slack.com/", rf"services/T{_A}+/B{_A}+/{_A}{{16,}}"),
        ("discord.com/api/webhooks/", rf"\d{{15,}}/{_W}{{50,}}"),
        ("discordapp.com/api/webhooks/", rf"\d{{15,}}/{_W}{{50,}}"),
        ("eyJ", rf"{_W}{{8,}}\.eyJ{_W}{{6,}}\.{_W}*"),
        ("sb_secret_", rf"{_W}{{16,}}"),
        ("sbp_", r"[0-9a-f]{40}"),
        ("gsk_", rf"{_A}{{32,}}"),
        ("hf_", rf"{_A}{{30,}}"),
        ("re_", rf"(?=\w*\d)(?=\w*[A-Z])(?:{_A}{{6,12}}_)?{_A}{{18,}}"),
        ("SG.", rf"{_W}{{16,}}\.{_W}{{30,}}"),
        ("npm_", rf"{_A}{{36}}"),
        ("sk.eyJ", rf"{_W}{{20,}}\.{_W}{{10,}}"),
        ("phx_", rf"{_A}{{30,}}"),
        ("pplx-", rf"{_A}{{32,}}"),
        ("xai-", rf"{_A}{{40,}}"),
        ("r8_", rf"{_A}{{30,}}"),
        ("tvly-", rf"{_W}{{20,}}"),
        ("fc-", r"[0-9a-f]{32}(?!\w)"),
        ("nvapi-", rf"{_W}{{40,}}"),
        ("pcsk_", rf"{_W}{{30,}}"),
        ("lsv2_", r"\w{30,}"),
        ("lin_api_", rf"{_A}{{30,}}"),
        ("ntn_", rf"{_A}{{40,}}"),
        ("shpat_", r"[0-9a-fA-F]{32}"),
        ("dop_v1_", r"[0-9a-f]{64}"),
        ("key-", r"[0-9a-f]{32}(?!\w)"),
    )
)
MARKS = tuple(mark for mark, _ in _MARKS)
"""What keys of known forms start with."""

_PEM = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----[\s\S]+?(?:-----END (?:[A-Z0-9]+ )*PRIVATE KEY-----|\Z)"
)

_ASSIGNED = re.compile(
    r"(?:passwor[dt]|passwd|pwd|passphrase|passkey|secret(?:_?access)?(?:_?key)?|contraseña|mot de passe)"
    r"[\"']?(?: is| ist| es| est)?[ \t]*(?:[:=]|(?<= is)|(?<= ist)|(?<= es)|(?<= est))[ \t]*[\"'`]?"
    r"([^\s\"'`,;<>]{6,200})",
    re.IGNORECASE,
)


def _opens_something(value: str) -> bool:
    """True for a value with a digit or a mark in it: a word alone is a sentence going on."""
    if value.startswith(("[", "{", "$", "process.", "os.", "env(")):
        return False
    return any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
