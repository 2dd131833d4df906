"""What the code puts into the buckets of a storage: papers of people, told by where and under which name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shipworthy.prototype.queries.query import Query
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype
    from shipworthy.prototype.source import SourceFile

# Of their own, not of a grid, a bid or a kid.
_ID = r"(?:(?<![a-z])id|(?-i:I[dD]))"
_PAPERS = regex(
    rf"passport|identity|{_ID}[_-]?(?:card|proof|doc)|kyc|driv(?:er|ing)s?[_-]?licen|aadhaa?r|receipt|comprobante"
    r"|invoice|contract(?!or)|medical|prescription|lab[_-]?(?:result|report)|x[_-]?ray|curriculum|payslip"
    r"|bank[_-]?statement|signature|proof[_-]?(?:of|url|file|path|image)|payment[_-]?proof|selfie|diagnos"
    r"|(?:upload|user|my|candidate|applicant)[_-]?(?:resume|cv)(?:s|file|pdf|url)?\b|resumes?[/_-]|\bcvs?[/_-]"
    r"|tax[_-]?(?:form|return|doc)|(?<!re)(?<!p)lease|chat(?!bot)|messages?(?![_-]?box)|document(?!ation)|attachment|anexo|recibo"
    r"|boleto|contrato|documento|prontuario|laudo",
    re.IGNORECASE,
)
_PICTURES = regex(
    r"avatar|logo|cover|banner|thumb|picture|photo|image|gallery|icon|background|hero|product|blog|post|cms|media"
    r"|template|brochure|catalog|news|course|lesson|theme|brand",
    re.IGNORECASE,
)
_UPLOAD = regex(r"\.upload(?:ToSignedUrl)?\s*\(\s*(?P<path>[^,)]{1,200})")
_FROM = regex(r"\.from\(\s*([A-Za-z_]\w*)\s*\)")
_NEAR = 30  # lines before an upload in which its path is put together
_LONGEST = 2_000  # characters of a line: that of a bundle holds everything


def buckets_of_papers(prototype: Prototype) -> frozenset[str]:
    """The buckets into which pages put documents, receipts, contracts or files of a talk."""
    return frozenset(bucket for bucket, told in _uploads(prototype) if _is_of_papers(bucket, *told))


def _is_of_papers(bucket: str, page: str, name: str, path: str) -> bool:
    if _PICTURES.search(bucket):
        return False
    if _PAPERS.search(path) or _PAPERS.search(name):
        return not _PICTURES.search(f"{name} {path}")
    return bool(_PAPERS.search(page)) and not _PICTURES.search(f"{page} {name} {path}")


def _uploads(prototype: Prototype) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Each bucket that a file is put into: by which page, in which function and under which path."""
    for query in prototype.queries:
        file = prototype.files.get(query.location.path)
        if query.operation != "storage" or file is None or not file.text:
            continue
        line = query.location.line or 1
        call = _joined(file, line - 1, line + 5)
        found = _UPLOAD.search(call)
        bucket = query.table or _constant(file.text, call)
        if found and bucket:
            before = _joined(file, max(0, line - _NEAR), line)
            page = PurePosixPath(file.path).stem
            yield bucket, (page, _name(query), _written(found["path"].strip(), before))


def _joined(file: SourceFile, start: int, end: int) -> str:
    return "\n".join(line[:_LONGEST] for line in file.lines[start:end])


def _name(query: Query) -> str:
    return query.function if query.function != query.component else ""


def _written(path: str, before: str) -> str:
    """The words of a path, also where a variable holds it; what is put in for a user is no word of it."""
    if path.isidentifier():
        found = re.findall(rf"\b{path}\s*=\s*([^\n;]+)", before)
        path = found[-1] if found else ""
    return re.sub(r"\$\{[^}]*\}", " ", path) if path[:1] in "`'\"" else ""


def _constant(text: str, call: str) -> str:
    named = _FROM.search(call)
    found = named and re.search(rf"\b{named[1]}\s*(?::\s*string\s*)?=\s*[\"'`]([\w-]+)[\"'`]", text)
    return found[1] if found else ""
