"""Betterleaks: the format rules of some three hundred providers, run inside this process."""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from shipworthy.errors import FactUnavailable
from shipworthy.prototype.secrets.secret import Recognised

if TYPE_CHECKING:
    from pybetterleaks import BetterleaksConfig

_SEPARATOR = "\n\n"
_DISABLED = (
    # Answered by our own recognisers, which also decode and weigh the context.
    *("generic-api-key", "jwt", "jwt-base64", "private-key", "gcp-api-key"),
    *("supabase-project-api-key", "supabase-project-url", "posthog-project-api-key"),
    # Command lines of documentation, and files that are no text.
    *("curl-auth-header", "curl-auth-user", "kubernetes-secret-yaml", "pkcs12-file"),
    # Names of an account, not what opens it; keys that belong in the browser.
    *("adobe-client-id", "asana-client-id", "bitbucket-client-id", "discord-client-id"),
    *("linkedin-client-id", "looker-client-id", "messagebird-client-id", "plaid-client-id"),
    *(
        "cloudinary-cloud-name",
        "polymarket-address",
        "artifactory-jfrog-url",
        "sumologic-access-id",
    ),
    *("canva-client-id", "aikido-client-id", "planetscale-id", "new-relic-user-api-id"),
    *("algolia-api-key", "mailgun-pub-key", "lob-pub-api-key", "flutterwave-public-key"),
    *("new-relic-browser-api-token", "contentful-delivery-api-token", "clickhouse-cloud-key-id"),
)
# Read by the engine as an order to be silent; a prototype must not be able to give it.
_SILENCERS = ("betterleaks:allow", "gitleaks:allow")


def recognise(lines: Sequence[str]) -> Mapping[int, Sequence[Recognised]]:
    """What stands in which of the lines, by index. Raises FactUnavailable where the engine's
    library cannot be loaded or fails.

    One call costs some 10 ms and 1 ms per 1,000 characters, so all lines go into one.
    """
    if not lines:
        return {}
    text = _SEPARATOR.join(lines)
    for word in _SILENCERS:
        text = text.replace(word, "x" * len(word))
    return _by_line(lines, text, _scan(text))


def has_threads() -> bool:
    """True once the engine was asked in this process: its library has run threads since, and would wait
    for them for ever in a process that is forked from this one."""
    return "pybetterleaks" in sys.modules


def _scan(text: str) -> list[Recognised]:
    try:
        from pybetterleaks import PyBetterleaksError, scan_text
    except ImportError as error:
        raise FactUnavailable(f"the secret engine is not installed: {error}") from error
    try:
        result = scan_text(
            text, config=_config(), redact=False, validation=False, timeout_seconds=30
        )
    except PyBetterleaksError as error:
        reason = str(error).split("\n")[0]
        raise FactUnavailable(f"the secret engine cannot run here: {reason}") from error
    if result.errors:
        raise FactUnavailable(f"the secret engine failed: {result.errors[0].code}")
    return [Recognised(f.rule_id, f.secret) for f in result.findings if f.secret]


@cache
def _config() -> BetterleaksConfig:
    from pybetterleaks import BetterleaksConfig

    return BetterleaksConfig.with_defaults(disabled_rules=list(_DISABLED))


def _by_line(
    lines: Sequence[str], text: str, found: Sequence[Recognised]
) -> dict[int, list[Recognised]]:
    """Each value in every line that has it: the engine's own line numbers start at 0 for text, at 1
    for files, and name only one of several places."""
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + len(_SEPARATOR))
    by_line: dict[int, list[Recognised]] = {}
    for one in dict.fromkeys(found):
        at = text.find(one.value)
        while at != -1:
            here = by_line.setdefault(bisect_right(starts, at) - 1, [])
            if one not in here:
                here.append(one)
            at = text.find(one.value, at + len(one.value))
    return by_line
