"""Which logged values are secrets: passwords, tokens, keys, sessions, headers, by name and origin."""

from __future__ import annotations

import re

from shipworthy.prototype.logs.log_calls import LogCall, LoggedValue
from shipworthy.prototype.logs.origins import SENT_HEADERS, TOKEN_LINK
from shipworthy.regex import regex

_WORDS = regex(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_SECRETS = frozenset(
    """password passwd pwd passphrase secret clientsecret apikey accesstoken refreshtoken idtoken
    authtoken bearertoken jwttoken sessiontoken resettoken providertoken servicerolekey
    privatekey secretkey encryptionkey signingkey webhooksecret jwtsecret authorization
    authheader jwt otp otpcode verificationcode resetlink reseturl resetpasswordlink magiclink
    recoverylink actionlink invitetoken invitationtoken temppassword temporarypassword
    newpassword plainpassword dbpassword generatedpassword credentials recoverycodes
    backupcodes""".split()
)
# Tokens of a language model, of a design or of a page, and those that are made to be public.
_ENDINGS = tuple(secret for secret in _SECRETS if len(secret) > 6)
_HARMLESS_TOKEN = regex(
    r"csrf|xsrf|push|device|fcm|expo|page|next|cursor|continu|resum|cancel|design|colou?r|mapbox|stop|special|pad|"
    r"max|min|total|num|prompt|completion|input|output|used|count|limit|chunk|word|symbol|coin|mint|"
    r"matched|fuzz|contract|erc|public|anon|publishable|typ|name|id$|expir|stream|share|embed|widget|"
    r"^url_?sem|without|masked|redacted|"
    r"trial|demo|referral|affiliate|^ref_?token$|eias",  # eBay's EIAS token is the id of an account
    re.IGNORECASE,
)
# `isWeakPassword`, `must_change_password`: an answer, not a password.
_FLAGS = frozenset(
    """is has have must should needs need requires require required show can will did was force
    use hide forgot change changed valid invalid missing weak check with no send""".split()
)
_ONE_TIME = regex(r"(?<![a-z])otp(?![a-z])|verification|one.?time|2fa|passcode|recovery", re.I)
# What notifications are sent to: it opens nothing.
_OF_A_DEVICE = regex(r"push|\bfcm\b|expo|notification", re.IGNORECASE)
# What says where the next page of a list begins.
_OF_A_PAGE = regex(r"cursor|paginat|next_?page|page_?token", re.IGNORECASE)
_REFERRAL = regex(r"referral|affiliate", re.IGNORECASE)
_TEXT = regex(r"\btokens? (used|count|usage|limit|budget)|tokeniz|stream", re.IGNORECASE)
_PUBLIC = regex(
    r"anon|public|publishable|recaptcha_?site|NEXT_|VITE_|REACT_APP_|EXPO_", re.IGNORECASE
)


SESSION_IDS = ("req.sessionID", "request.sessionID", "ctx.req.sessionID")
_COOKIES = ("headers.cookie", "headers.Cookie", "headers.set-cookie")


def secret_in(value: LoggedValue, call: LogCall) -> str | None:
    """What kind of secret a value is, as a founder would say it."""
    if value.origin == "environment":
        return "all environment variables"
    if value.origin == "request headers" and not value.embedded:
        return "all request headers, with the sign-in token among them,"
    if value.origin == SENT_HEADERS and not value.embedded:
        return "all headers of its calls to another service, with their key among them,"
    if value.origin == "session" and not value.embedded:
        return "the whole session, with its tokens,"
    if value.name.endswith(_COOKIES):
        return "the cookies of a request, with the session among them,"
    if value.name in SESSION_IDS:
        return "the id of the visitor's session"
    if value.origin == TOKEN_LINK and "public" in value.name.lower():
        return None  # the address of a file that is passed on
    if value.origin == TOKEN_LINK:
        return f"the address {value.name}, with the token that it opens,"
    last = value.name.rpartition(".")[2].replace("[]", "")
    if last.lower().startswith("access-control-"):
        return None  # headers that say which sites may ask
    words = [word.lower() for word in _WORDS.findall(last)]
    joined = "".join(words)
    if _FLAGS.intersection(words[:-1]):
        return None
    if _is_environment(value.name):
        return f"the secret {last}" if _names_secret(last) and not _PUBLIC.search(last) else None
    if last.isupper() and not _names_secret(last):
        return None
    if joined.endswith("applicationcredentials"):
        return None  # Google's variable of this name holds a path
    if joined in _SECRETS or joined.endswith(_ENDINGS):
        return None if _PUBLIC.search(last) else f"the value of {last}"
    if value.name == "code" and _ONE_TIME.search(f"{call.text} {call.function}"):
        return f"the one-time code {last}"
    if words[-1:] == ["token"]:
        return _token(value, call, last)
    return None


def _token(value: LoggedValue, call: LogCall, last: str) -> str | None:
    if call.streamed or _HARMLESS_TOKEN.search(last) or _TEXT.search(call.text):
        return None
    if value.name == "token" and _OF_A_DEVICE.search(f"{call.text} {call.function}"):
        return None
    if value.name == "token" and _OF_A_PAGE.search(call.function):
        return None
    if value.name == "token" and "/share/" in call.location.path:
        return None  # of a link that is made to be passed on
    if "unsubscribe" in f"{call.location.path} {call.function} {last}".lower():
        return None  # it ends a newsletter, no more
    if value.name == "token" and _REFERRAL.search(f"{call.function} {call.text}"):
        return None  # who sent a visitor stands in the address that he came by
    if value.name == "token" and call.function in ("tokenize", "generate", "stream", "main"):
        return None
    return f"the value of {last}"


def _is_environment(name: str) -> bool:
    return name.startswith(("process.env.", "os.environ.", "os.", "Deno.env.", "import.meta.env."))


def _names_secret(name: str) -> bool:
    return re.search(r"SECRET|PASSWORD|_KEY$|TOKEN$|PRIVATE", name) is not None
