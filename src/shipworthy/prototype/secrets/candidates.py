"""Choose the lines that are worth an engine's time: those with a token that is no word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from shipworthy.prototype.secrets.placeholders import entropy
from shipworthy.prototype.secrets.tokens import Token
from shipworthy.prototype.source import SourceFile
from shipworthy.regex import regex

LINE = 400
"""Characters of a line that are given whole; of a longer one, what stands around the token."""
TOTAL = 120_000
"""Characters that the engine is given in all; the most suspicious lines first."""

_RUN = regex(r"[A-Za-z0-9]{8,}")  # the shortest body of a key that engines know has more
_SIZE_OR_COUNT = regex(r"\d+[xX]\d+")
_DIGEST = regex(r"[0-9a-f]{40}|[0-9a-f]{64}")  # of commits and files
_NAMES_A_KEY = regex(r"key|token|secret|pass|auth|api|sid|credential", re.IGNORECASE)
_LONG_TOKEN = 600  # longer pieces are images, fonts and archives in base64
_PLAIN = regex(
    r"[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|^sha\d{3}-|^\d{4}-\d\d-\d\dT|^[A-Za-z0-9_.-]*/[A-Za-z0-9_./-]*\.\w{1,5}$|^\d[\d.\-+/]*$"
)


class Candidates(Struct, frozen=True):
    """Lines worth a closer look with the places where each stands; `left` did not fit."""

    places: Mapping[str, list[tuple[SourceFile, int]]]
    left: int = 0


def choose(
    files: Iterable[tuple[SourceFile, Sequence[Token]]], known: Mapping[str, set[int]]
) -> Candidates:
    """The candidate lines of these files, given with their tokens; lines that are already explained
    (`known`, by path) are left out."""
    places: dict[str, list[tuple[SourceFile, int]]] = {}
    scores: dict[str, float] = {}
    # The same tokens stand in many files, and some files in many copies.
    judged: dict[str, float] = {}
    for file, pieces in files:
        text, explained = file.text or "", known.get(file.path, set())
        line, counted = 1, 0
        for piece in pieces:
            score = judged.get(piece.text)
            if score is None:
                score = judged[piece.text] = _suspicion(piece.text)
            if not score or _is_digest(piece, text):
                continue
            line += text.count("\n", counted, piece.start)
            counted = piece.start
            if line in explained:
                continue
            window = _window(text, piece.start, piece.start + len(piece.text))
            scores[window] = max(score, scores.get(window, 0.0))
            seen = places.setdefault(window, [])
            if not seen or seen[-1] != (file, line):
                seen.append((file, line))
    return _within_budget(places, scores)


def _suspicion(token: str) -> float:
    """Bits of entropy per character; 0 for words, paths, numbers, digests and UUIDs."""
    if len(token) > _LONG_TOKEN or token.isalpha():
        return 0.0
    if not any(_is_mixed(run) for run in _RUN.findall(token)) or _PLAIN.search(token):
        return 0.0
    bits = entropy(token)
    return bits if bits >= 3.3 else 0.0


def _is_mixed(run: str) -> bool:
    """Letters and digits in one run: neither a class of a stylesheet, nor a file name, nor a number."""
    return not (run.isalpha() or run.isdigit() or _SIZE_OR_COUNT.fullmatch(run))


def _is_digest(piece: Token, text: str) -> bool:
    """True for the digest of a commit or a file, unless what stands before it speaks of a key."""
    if not _DIGEST.fullmatch(piece.text):
        return False
    before = text[max(0, piece.start - 60) : piece.start].rpartition("\n")[2]
    return _NAMES_A_KEY.search(before) is None


def _window(text: str, start: int, end: int) -> str:
    first = text.rfind("\n", 0, start) + 1
    last = text.find("\n", end)
    last = len(text) if last == -1 else last
    if last - first > LINE:
        first, last = max(first, start - 120), min(last, end + 40)
    return text[first:last].strip()


def _within_budget(
    places: dict[str, list[tuple[SourceFile, int]]], scores: dict[str, float]
) -> Candidates:
    kept: dict[str, list[tuple[SourceFile, int]]] = {}
    size = 0
    for line in sorted(places, key=lambda item: (-scores[item], item)):
        size += len(line) + 2
        if size > TOTAL:
            break
        kept[line] = places[line]
    return Candidates(kept, len(places) - len(kept))
