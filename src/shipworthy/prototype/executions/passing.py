"""What functions do to a text that passes through them: hand it on, make it safe, or use it up."""

from __future__ import annotations

import re

from shipworthy.regex import regex

NOT_TEXT = frozenset(
    """status ok id length error usage headers count role created created_at finish_reason
    stop_reason statusText status_code token_count total_tokens timestamp type isLoading loading
    isError refetch size index""".split()
)
"""Properties of an answer that hold none of its words."""

STAYS = frozenset(
    """includes startsWith endsWith startswith endswith test indexOf has search some every isdigit
    isnumeric raise_for_status close count index keys""".split()
)
"""Methods whose result is not made of the words they are called on."""

_PASSES = regex(
    r"(^|\.)(JSON\.parse|JSON\.stringify|json\.loads|json\.dumps|String|str|re\.(sub|search|match|findall"
    r"|fullmatch|split)|exec|marked|marked\.parse|markdown|markdown\.markdown|render|renderMarkdown"
    r"|md\.render|micromark|parseMarkdown|dedent|textwrap\.dedent|join|concat|Array\.from|text|sql\.raw"
    r"|unescape|html\.unescape|compile|setdefault|format|useMemo|jsonrepair|parse_json|decode|atob)$"
)
_PASSES_BY_NAME = regex(
    r"^(_|get_?|to_?)?(clean|extract|strip|parse|format|render|unwrap|trim|normali[sz]e|remove|fix|markdown"
    r"|convert|prepare|post_?process)\w*$",
    re.IGNORECASE,
)
_CLEANS_HTML = regex(
    r"(^|\.)(DOMPurify\.sanitize|purify\.sanitize|sanitize_?html|sanitize|sanitizeHtml|xss|filterXSS"
    r"|bleach\.clean|nh3\.clean|html\.escape|escape|escape_?html|he\.(encode|escape)|encodeURIComponent"
    r"|markupsafe\.escape|_?\.?escape|strip_?tags|stripHtml|htmlspecialchars)$",
    re.IGNORECASE,
)
_CHECKS = regex(
    r"valid|(^|_|\.)check|assert|ensure|is_?(safe|read_?only|select|allowed)|guard|allow|verify|sanitize"
    r"|sqlglot|parse_one|whitelist|secure",
    re.IGNORECASE,
)


def passes(name: str) -> bool:
    """True for a function whose result is made of the words it is given."""
    last = name.rpartition(".")[2]
    return _PASSES.search(name) is not None or _PASSES_BY_NAME.match(last) is not None


def cleans(name: str) -> str:
    """What the result of a function is safe for: "html", "sql" or nothing."""
    if _CLEANS_HTML.search(name):
        return "html"
    last = name.rpartition(".")[2].lower()
    return "sql" if _CHECKS.search(last) and ("sql" in last or "query" in last) else ""


def checks(name: str) -> bool:
    """True for a function that looks at a text before it is used, and may refuse it."""
    return _CHECKS.search(name.rpartition(".")[2]) is not None or name.startswith("sqlglot.")
