"""The page that stands where a provider such as Google would ask who one is."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from shipworthy.sidecar.standin.message import Answer

_KEPT = ("redirect_to", "code_challenge", "code_challenge_method", "provider")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Stand-in for {provider}</title>
<meta name="viewport" content="width=device-width">
<style>
body {{ font: 16px/1.5 system-ui; max-width: 26rem; margin: 12vh auto; padding: 0 1rem }}
input, button {{ font: inherit; padding: .5rem; width: 100%; box-sizing: border-box; margin: .25rem 0 }}
</style></head>
<body><h1>Sign in as…</h1>
<p>This is shipworthy's local stand-in: {provider} is not asked, and nobody checks who you are.</p>
<form method="post">{hidden}
<label for="email">Email address</label>
<input id="email" name="email" type="email" required autofocus list="known" autocomplete="off">
<datalist id="known">{known}</datalist>
<button>Sign in</button>
</form></body></html>
"""


def page(provider: str, query: Mapping[str, str], known: Sequence[str]) -> Answer:
    """Ask for an address; those that are known are offered."""
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(query[name])}">'
        for name in _KEPT
        if name in query
    )
    offered = "".join(f'<option value="{html.escape(email)}">' for email in known)
    text = _PAGE.format(provider=html.escape(provider.capitalize()), hidden=hidden, known=offered)
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    }
    return Answer(200, text.encode(), headers)
