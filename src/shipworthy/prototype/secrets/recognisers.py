"""The formats of well-known keys: which provider issued one and whether the browser may hold it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from shipworthy.prototype.secrets.jwt import claims, is_invented, is_signed
from shipworthy.prototype.secrets.placeholders import entropy, is_placeholder
from shipworthy.prototype.secrets.secret import SecretKind
from shipworthy.prototype.secrets.tokens import Token, tokens
from shipworthy.regex import regex


class Recogniser(Struct, frozen=True):
    """One format: the literal it starts with and the pattern of the whole key."""

    start: str
    provider: str
    kind: SecretKind
    pattern: re.Pattern[str]

    @property
    def rule(self) -> str:
        """What a finding says recognised it."""
        return f"{self.provider.lower().replace(' ', '-')}-{self.kind.value}"


class Hit(Struct, frozen=True):
    """A key recognised in a text: where it starts, its whole value, and what it is."""

    start: int
    value: str
    rule: str
    provider: str
    kind: SecretKind


def recognise(text: str, pieces: Sequence[Token] | None = None) -> Iterator[Hit]:
    """Every key of a known format in a text (`pieces`: its tokens, where they are at hand);
    placeholders and documentation examples left out."""
    for piece in tokens(text) if pieces is None else pieces:
        known = len(piece.text) < _MOST_KEPT
        for start, literal in _starts(piece.text) if known else _all_starts(piece.text):
            hit = _match(text, piece.start + start, literal)
            if hit:
                yield hit
                break
        if piece.text.startswith("AA"):
            telegram = _TELEGRAM.search(
                text, max(0, piece.start - 11), piece.start + _TELEGRAM_ENDS
            )
            if telegram and telegram.start() < piece.start:
                value = telegram[0]
                yield Hit(telegram.start(), value, "telegram-token", "Telegram", SecretKind.TOKEN)


def opens_nothing(value: str) -> bool:
    """True for a token whose own claims say so (of an example, of a local database, of one visit),
    and for what was made up to look like a key of a known format."""
    if is_invented(value) or _is_misshapen(value):
        return True
    return claims(value) is not None and _kind_of_token(value) is None


FIREBASE_KEY = "firebase-web-key"
"""The rule of a Google key in the settings of Firebase: made to stand in the page."""


def is_for_models(line: str) -> bool:
    """True for a line that names one of Google's language models or its other paid services."""
    return _GOOGLE_AI.search(line) is not None


def _row(start: str, rest: str, provider: str, kind: SecretKind) -> Recogniser:
    return Recogniser(start, provider, kind, re.compile(re.escape(start) + rest))


_KEY, _TOKEN, _PUBLIC = SecretKind.API_KEY, SecretKind.TOKEN, SecretKind.PUBLIC
_W = r"[A-Za-z0-9_-]"
_A = r"[A-Za-z0-9]"
_RECOGNISERS = (
    _row("eyJ", rf"{_W}{{10,}}\.eyJ{_W}{{8,}}\.{_W}{{6,}}", "JWT", _TOKEN),
    _row("sb_secret_", rf"{_W}{{16,}}", "Supabase", SecretKind.SERVICE_ROLE),
    _row("sb_publishable_", rf"{_W}{{16,}}", "Supabase", _PUBLIC),
    _row("sbp_", r"[0-9a-f]{40}", "Supabase", _TOKEN),
    _row("sk-ant-", rf"{_W}{{30,}}", "Anthropic", _KEY),
    _row("sk-or-v1-", r"[0-9a-f]{40,}", "OpenRouter", _KEY),
    _row("sk-proj-", rf"{_W}{{30,}}", "OpenAI", _KEY),
    _row("sk-svcacct-", rf"{_W}{{30,}}", "OpenAI", _KEY),
    _row("sk-admin-", rf"{_W}{{30,}}", "OpenAI", _KEY),
    _row("sk-", rf"{_A}{{32,64}}(?!{_W})", "OpenAI", _KEY),
    _row("sk_live_", rf"{_A}{{16,}}", "Stripe", _KEY),
    _row("rk_live_", rf"{_A}{{16,}}", "Stripe", _KEY),
    _row("sk_test_", rf"{_A}{{16,}}", "Stripe (test mode)", _KEY),
    _row("rk_test_", rf"{_A}{{16,}}", "Stripe (test mode)", _KEY),
    _row("pk_live_", rf"{_A}{{16,}}=?\$?", "Stripe or Clerk", _PUBLIC),
    _row("pk_test_", rf"{_A}{{16,}}=?\$?", "Stripe or Clerk", _PUBLIC),
    _row("whsec_", r"[A-Za-z0-9+/]{32,}={0,2}", "Webhook", SecretKind.SIGNING_SECRET),
    _row("AIza", rf"{_W}{{35}}(?!{_W})", "Google", _KEY),
    _row("gsk_", rf"{_A}{{32,}}", "Groq", _KEY),
    _row("hf_", r"[A-Za-z0-9]{30,}", "Hugging Face", _TOKEN),
    _row("re_", rf"(?=\w*\d)(?=\w*[A-Z])(?:{_A}{{6,12}}_)?{_A}{{18,}}(?!{_W})", "Resend", _KEY),
    _row("SG.", rf"{_W}{{16,}}\.{_W}{{30,}}", "SendGrid", _KEY),
    _row("xoxb-", r"\d{6,}-[\dA-Za-z-]{20,}", "Slack", _TOKEN),
    _row("xoxp-", r"\d{6,}-[\dA-Za-z-]{20,}", "Slack", _TOKEN),
    _row("xapp-", rf"\d-[A-Z0-9]{{8,}}-{_W}{{20,}}", "Slack", _TOKEN),
    _row("hooks.slack.com/", rf"services/T{_A}+/B{_A}+/{_A}{{20,}}", "Slack", _TOKEN),
    _row("discord.com/api/webhooks/", rf"\d{{15,}}/{_W}{{50,}}", "Discord", _TOKEN),
    _row("discordapp.com/api/webhooks/", rf"\d{{15,}}/{_W}{{50,}}", "Discord", _TOKEN),
    _row("ghp_", rf"{_A}{{36,}}", "GitHub", _TOKEN),
    _row("gho_", rf"{_A}{{36,}}", "GitHub", _TOKEN),
    _row("ghu_", rf"{_A}{{36,}}", "GitHub", _TOKEN),
    _row("ghs_", rf"{_A}{{36,}}", "GitHub", _TOKEN),
    _row("ghr_", rf"{_A}{{36,}}", "GitHub", _TOKEN),
    _row("github_pat_", rf"{_A}{{22}}_\w{{40,}}", "GitHub", _TOKEN),
    _row("glpat-", rf"{_W}{{20,}}", "GitLab", _TOKEN),
    _row("npm_", rf"{_A}{{36}}(?!{_W})", "npm", _TOKEN),
    _row("AKIA", r"[0-9A-Z]{16}(?![0-9A-Za-z])", "AWS", _KEY),
    _row("ASIA", r"[0-9A-Z]{16}(?![0-9A-Za-z])", "AWS", _KEY),
    _row("sk.eyJ", rf"{_W}{{20,}}\.{_W}{{10,}}", "Mapbox", _TOKEN),
    _row("pk.eyJ", rf"{_W}{{20,}}\.{_W}{{10,}}", "Mapbox", _PUBLIC),
    _row("phc_", rf"{_A}{{30,}}", "PostHog", _PUBLIC),
    _row("phx_", rf"{_A}{{30,}}", "PostHog", _KEY),
    _row("pplx-", rf"{_A}{{32,}}", "Perplexity", _KEY),
    _row("xai-", rf"{_A}{{40,}}", "xAI", _KEY),
    _row("r8_", rf"{_A}{{30,}}", "Replicate", _TOKEN),
    _row("tvly-", rf"{_W}{{20,}}", "Tavily", _KEY),
    _row("fc-", r"[0-9a-f]{32}(?!\w)", "Firecrawl", _KEY),
    _row("nvapi-", rf"{_W}{{40,}}", "NVIDIA", _KEY),
    _row("pcsk_", rf"{_W}{{30,}}", "Pinecone", _KEY),
    _row("lsv2_", r"\w{30,}", "LangSmith", _KEY),
    _row("lin_api_", rf"{_A}{{30,}}", "Linear", _KEY),
    _row("ntn_", rf"{_A}{{40,}}", "Notion", _TOKEN),
    _row("shpat_", r"[0-9a-fA-F]{32}", "Shopify", _TOKEN),
    _row("dop_v1_", r"[0-9a-f]{64}", "DigitalOcean", _TOKEN),
    # The second half of `prod:name|…`.
    Recogniser("eyJ2MiI6", "Convex", _TOKEN, regex(rf"(?<=\|)eyJ2MiI6{_A}{{20,}}={{0,2}}")),
    Recogniser("key-", "Mailgun", _KEY, regex(r"(?<![\w-])key-[0-9a-f]{32}(?!\w)")),
)
# Sources of the formats: the providers' own documentation and GitHub's list of secret scanning
# patterns. Lengths are lower bounds: a key that a provider makes longer is still one.

_BY_START: dict[str, list[Recogniser]] = {}
for _recogniser in _RECOGNISERS:
    _BY_START.setdefault(_recogniser.start, []).append(_recogniser)
_STARTS = regex("|".join(re.escape(s) for s in sorted(_BY_START, key=lambda s: (-len(s), s))))
_TELEGRAM = regex(r"(?<![\w/])\d{8,10}:AA[A-Za-z0-9_-]{33}(?![\w-])")
_TELEGRAM_ENDS = 36  # characters behind its colon, with the one that must not follow


_MOST_KEPT = 100  # characters of a word that is kept


def _all_starts(word: str) -> tuple[tuple[int, str], ...]:
    """Where keys of known formats may start in a word, and with what."""
    return tuple((found.start(), found[0]) for found in _STARTS.finditer(word))


_starts = lru_cache(maxsize=20_000)(_all_starts)  # the same paths and names stand in many files


def _match(text: str, at: int, start: str) -> Hit | None:
    before = text[at - 1] if at else ""
    if (before.isalnum() or before == "_") and not _after_escape(text, at):
        return None
    for recogniser in _BY_START[start]:
        match = recogniser.pattern.match(text, at)
        if match and _is_real(match[0], recogniser) and not _is_cut(text, match.end()):
            return _hit(at, match[0], recogniser, text)
    return None


def _is_cut(text: str, end: int) -> bool:
    """True for `sk-ant-api03-p6as39…`: the first part of a key, shown to tell which one it is."""
    return text.startswith(("...", "…"), end)


def _is_misshapen(value: str) -> bool:
    """True for a value that starts like a key of one provider alone and is none of its keys."""
    start = next((s for s in _UNMISTAKABLE if value.startswith(s)), None)
    return start is not None and not any(r.pattern.match(value) for r in _BY_START[start])


# Webhook secrets of Stripe have 32 letters and digits behind the mark, or 64 of its command line;
# those of Standard Webhooks are base64 of 24 bytes or more.
_UNMISTAKABLE = ("whsec_", "sk_live_", "sk_test_", "rk_live_", "rk_test_", "ghp_", "glpat-")


def _after_escape(text: str, at: int) -> bool:
    r"""True after `\n` or `\t` written out, as in a notebook's or a JSON string."""
    return at > 1 and text[at - 2] == "\\" and text[at - 1] in "nrt"


def _is_real(value: str, recogniser: Recogniser) -> bool:
    rest = value[len(recogniser.start) :]
    if recogniser.provider == "JWT":
        return True
    return entropy(rest) >= 2.9 and not is_placeholder(rest) and any(c.isdigit() for c in rest)


def _hit(at: int, value: str, recogniser: Recogniser, text: str) -> Hit | None:
    if recogniser.provider == "Google":
        return _google(at, value, text)
    if recogniser.provider != "JWT":
        return Hit(at, value, recogniser.rule, recogniser.provider, recogniser.kind)
    kind = _kind_of_token(value)
    if kind is None:
        return None
    provider = "JWT" if kind is _TOKEN else "Supabase"
    return Hit(at, value, f"jwt-{kind.value}", provider, kind)


def _kind_of_token(token: str) -> SecretKind | None:
    """What a token opens; None for documentation examples and tokens of a single session."""
    payload = claims(token)
    if (
        payload is None
        or payload.get("iss") == "supabase-demo"
        or payload.get("sub") == "1234567890"
        or _STAND_IN.search(str(payload.get("ref", "")))
        or not is_signed(token)
        or (payload.get("iss") == "supabase" and "role" not in payload)
        or len(set(token.rpartition(".")[2])) < _FEWEST_LETTERS
    ):
        return None
    role = payload.get("role")
    if role in ("anon", "service_role"):
        return _PUBLIC if role == "anon" else SecretKind.SERVICE_ROLE
    issued, ends = payload.get("iat"), payload.get("exp")
    lasts = ends - issued if isinstance(issued, int) and isinstance(ends, int) else None
    return None if lasts is not None and lasts <= 7 * 86_400 else _TOKEN


_STAND_IN = regex(r"abcdefg|your|example|placeholder|project|xxxxx")
_FEWEST_LETTERS = 8  # fewer stand in for a signature: `XXXXXXXXXXXXXXXX`

# The key that the web player of YouTube itself sends along: the same for everybody.
_OF_YOUTUBE = regex(r"youtubei|innertube", re.IGNORECASE)
_FIREBASE = regex(r"authDomain|messagingSenderId|storageBucket|firebase", re.IGNORECASE)
_MAPS = regex(r"maps|map_?(api|key)|places|geocod", re.IGNORECASE)
_GOOGLE_AI = regex(
    r"gemini|generativelanguage|genai|google_?ai|vertex|vision|ai_?studio|studio_?api|GOOGLE_API_KEY",
    re.I,
)


def _google(at: int, value: str, text: str) -> Hit:
    """Firebase and Maps keys are made for the browser and limited by referrer; others are not."""
    around = text[max(0, at - 300) : at + 400]
    line = text[text.rfind("\n", 0, at) + 1 : at + len(value) + 40].split("\n")[0]
    if _OF_YOUTUBE.search(line):
        return Hit(at, value, "youtube-player-key", "YouTube player", _PUBLIC)
    if _MAPS.search(line) and not _GOOGLE_AI.search(line):
        return Hit(at, value, "google-maps-key", "Google Maps", _PUBLIC)
    if not _GOOGLE_AI.search(line):
        if _FIREBASE.search(around):
            return Hit(at, value, FIREBASE_KEY, "Firebase", _PUBLIC)
        if _MAPS.search(around):
            return Hit(at, value, "google-maps-key", "Google Maps", _PUBLIC)
    return Hit(at, value, "google-api_key", "Google", _KEY)
