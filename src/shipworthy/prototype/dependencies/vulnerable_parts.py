"""Which part of a package an advisory is on, and what an app that uses that part has in its code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from msgspec import Struct

from shipworthy.prototype.source import Role, SourceFile
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype


class _Part(Struct, frozen=True):
    """A part of packages, known by the words of advisories on it, and by what its users write.

    `path` is the file, `code` the text (of that file) that shows it in use; one of `words` stands in all
    that `code` can match. `on_server` leaves pages out.
    """

    packages: frozenset[str]
    said: re.Pattern[str]
    path: re.Pattern[str] | None = None
    code: re.Pattern[str] | None = None
    words: tuple[str, ...] = ()
    on_server: bool = False


def _part(
    packages: str,
    said: str,
    *,
    path: str = "",
    code: str = "",
    words: str = "",
    on_server: bool = False,
) -> _Part:
    return _Part(
        frozenset(packages.split()),
        regex(said, re.IGNORECASE),
        regex(path) if path else None,
        regex(code) if code else None,
        tuple(words.split()),
        on_server,
    )


_FORMS = r"\bForm\(|\bFile\(|UploadFile|OAuth2PasswordRequestForm|\.form\(\)|python_multipart"
# What a middleware is bypassed for: it lets in or keeps out, and does not only choose a language.
_GUARDS = r"(?i)auth|session|token|jwt|getUser|clerk|supabase|sign-?in|log-?in|forbidden|\b40[13]\b"
_PARTS = (
    _part("next", r"middleware", path=r"(^|/)(middleware|proxy)\.[cm]?[jt]s$", code=_GUARDS),
    _part("next", r"forgery in server actions", code=r"[\"']use server[\"']"),
    _part("next", r"request smuggling", path=r"(^|/)next\.config\.[cm]?[jt]s$", code=r"rewrites"),
    _part(
        "next",
        r"flight protocol|server (components|actions|functions)",
        path=r"(^|/)app/(.*/)?(page|layout|route|default)\.[cm]?[jt]sx?$",
    ),
    _part("next", r"image optimi[sz]", code=r"next/(legacy/)?image"),
    # GHSA-gp8f-8m3g-qvj9 and GHSA-r2fc-ccr8-96c4: pages that the Pages Router renders.
    _part(
        "next",
        r"^Next\.js (race condition to )?cache poisoning$",
        path=r"(^|/)pages/(?!api/)(.*/)?[^/]+\.[cm]?[jt]sx?$",
    ),
    # It is drawn glyphs that run code (CVE-2024-4367): text can be read without.
    _part(
        "pdfjs-dist",
        r"malicious PDF",
        code=r"canvasContext|getOperatorList|PDFViewer|PDFPageView|pdf_viewer|react-pdf",
    ),
    _part("fastapi starlette python-multipart", r"multipart|content-type|form data", code=_FORMS),
    _part("starlette", r"range header|FileResponse", code=r"FileResponse|StaticFiles"),
    _part("cryptography", r"pkcs ?#?12", code=r"pkcs12|PKCS12"),
    _part("cryptography", r"pkcs ?#?7", code=r"pkcs7|PKCS7"),
    _part("python-jose", r"algorithm confusion", code=r"[\"'](ES|RS|PS)(256|384|512)[\"']"),
    _part("python-jose", r"\bJWE\b|JWT bomb", code=r"\bjwe\b"),
    _part("requests", r"verify=False", code=r"verify\s*=\s*False"),
    _part("requests", r"\.netrc", code=r"requests\."),
    _part("scikit-learn", r"data leakage", code=r"(Tfidf|Count|Hashing)Vectorizer"),
    # Names of hosts stand in the code; addresses of users are checked with it.
    _part("idna", r"idna\.encode", code=r"\bidna\b|EmailStr|email_validator|validate_email"),
    # `requests` follows redirects by itself.
    _part("urllib3", r"redirect", code=r"\burllib3\b"),
    _part("flask", r"Vary: Cookie", code=r"\.permanent\b"),
    _part("django", r"\bTrunc\b.*\bExtract\b", code=r"\b(Trunc|Extract)\("),
    # CVE-2022-28346: names of columns out of a dictionary.
    _part("django", r"^SQL injection in Django$", code=r"\.(annotate|aggregate|extra)\(\s*\*\*"),
    _part("pyjwt", r"key confusion", code=r"get_default_algorithms"),
    _part("cryptography", r"update_into", code=r"update_into"),
    _part(
        "langchain",
        r"server-side request forgery",
        code=r"RecursiveUrlLoader|APIChain|OpenAPI\w*(Chain|Toolkit)|Requests\w*Tool|load_tools",
    ),
    _part("transformers", r"^transformers has a deserialization", code=r"RagRetriever"),
    _part(
        "streamlit",
        r"^streamlit directory traversal",
        code=r"declare_component|import (streamlit|st)_|from (streamlit|st)_",
    ),
    _part("jinja2", r"sandbox", code=r"Sandboxed\w*Environment"),
    _part("jinja2", r"xmlattr", code=r"xmlattr"),
    _part("werkzeug", r"debugger", code=r"debug\s*=\s*True|run_simple|DebuggedApplication"),
    _part("werkzeug", r"windows", code=r"(?!)"),
    _part(
        "aiohttp",
        r"request smuggling|static|directory traversal|server|parser|POST requests",
        code=r"aiohttp\.web|aiohttp import (.*\b)?web\b",
    ),
    # GHSA-44wm-f244-xhp3, CVE-2023-50447 and CVE-2025-48379: profiles, expressions and one format.
    _part("pillow", r"^pillow buffer overflow", code=r"ImageCms"),
    _part("pillow", r"arbitrary code execution", code=r"ImageMath"),
    _part("pillow", r"\bBCn\b", code=r"(?i)\bdds\b"),
    # A manifest asks for it; something has to start it.
    _part("gunicorn", r"smuggling", path=r"(^|/)(?!requirements)[^/]+$", code=r"gunicorn"),
    _part("cross-spawn", r"\(ReDoS\)", code=r"spawn|execa", words="spawn execa", on_server=True),
    _part("axios", r"absolute URL", code=r"baseURL", words="baseURL"),
    _part("axios", r"cross-site request forgery", code=r"(?i)xsrf"),
    _part("express", r"redirect", code=r"\.redirect\(", words="redirect(", on_server=True),
    _part(
        "body-parser", r"url encoding", code=r"urlencoded\(", words="urlencoded(", on_server=True
    ),
    _part("nodemailer", r"\bReDoS\b", code=r"attachDataUrls", words="attachDataUrls"),
    _part("validator", r"\bisURL\b", code=r"isURL|\burl\(", words="isURL url("),
    _part("lodash lodash-es", r"command injection", code=r"\btemplate\b", words="template"),
    # Two parameters between the same slashes: `/flights/:from-:to`.
    _part(
        "path-to-regexp",
        r"backtracking",
        code=r"[\"'`]/[^\"'`\s]*:\w+[^/\"'`\s\w]+:\w",
        words="/:",
        on_server=True,
    ),
    # It reads `data:` addresses by itself on Node.js alone.
    _part("axios", r"data size check", code=r"\baxios\b", words="axios", on_server=True),
    # What a request brings, `request.formData()`, the runtime reads.
    _part(
        "form-data",
        r".",
        code=r"[\"'](form-data|multipart/form-data)|new FormData\(|\bpostForm\(",
        words="form-data FormData( postForm(",
        on_server=True,
    ),
    _part("js-yaml", r".", code=r"js-yaml"),
)


def uses_part(prototype: Prototype, package: str, summary: str) -> bool:
    """False where an advisory is on a part of a package that no live code of the app uses."""
    for part in _PARTS:
        if package in part.packages and part.said.search(summary):
            known = _KNOWN.setdefault(prototype, {})
            if part not in known:
                known[part] = _is_used(prototype, part)
            return known[part]
    return True


# Kept as long as the prototype: a part has many advisories, and each is asked about more than once.
_KNOWN: WeakKeyDictionary[Prototype, dict[_Part, bool]] = WeakKeyDictionary()


def _is_used(prototype: Prototype, part: _Part) -> bool:
    if part.path is not None:
        return any(
            part.path.search(file.path)
            and (part.code is None or part.code.search(file.text or "") is not None)
            for file in prototype.files.values()
        )
    pattern = part.code
    return pattern is None or any(
        pattern.search(text)
        for text in (file.text or "" for file in _code(prototype, part))
        if not part.words or any(word in text for word in part.words)
    )


def _code(prototype: Prototype, part: _Part) -> Iterator[SourceFile]:
    for file in prototype.of_role(Role.PRODUCT, Role.SCRIPT):
        if file.language is not None and not (
            part.on_server and file.path in prototype.modules.browser
        ):
            yield file
