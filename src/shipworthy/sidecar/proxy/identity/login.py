"""People sign in at an OpenID provider, by Envoy's own filter: code flow with PKCE, cookies that nobody can
read or change.

The session lives in cookies alone, encrypted and signed with a key of this machine. `__Host-` in their
names keeps other programs on sibling host names from planting theirs.
"""

from __future__ import annotations

from shipworthy.sidecar.policy import Login, Policy
from shipworthy.sidecar.proxy.identity.origin import ANSWER_SECONDS, Origin
from shipworthy.sidecar.proxy.identity.provider import Provider
from shipworthy.sidecar.proxy.identity.secrets import CLIENT, SESSION, Secrets, secret_file
from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, seconds

NAME = "shipworthy.login"
ID_TOKEN = "x-shipworthy-id-token"  # noqa: S105  (a header between two filters; callers' are stripped)
COOKIES = "__Host-shipworthy-"
_ATTEMPT_SECONDS = 600.0  # between leaving for the provider and coming back
_DAY = 86_400.0


def login_filter(policy: Policy, login: Login, provider: Provider, secrets: Secrets) -> Message:
    """The filter. It holds for every route that does not switch it off."""
    timeout = {"cluster": Origin.of(provider.token).cluster, "timeout": seconds(ANSWER_SECONDS)}
    config: Message = {
        "token_endpoint": {"uri": provider.token, **timeout},
        "authorization_endpoint": provider.authorization,
        # Never from the request's Host: an invented one would carry the code elsewhere.
        "redirect_uri": f"{public_origin(policy)}{login.callback}",
        "redirect_path_matcher": _path(login.callback),
        "signout_path": _path(login.sign_out),
        "allowed_redirect_domains": [policy.host],
        "credentials": _credentials(login, secrets),
        "auth_scopes": list(dict.fromkeys(["openid", *login.scopes])),
        "auth_type": "BASIC_AUTH" if provider.basic else "URL_ENCODED_BODY",
        "forward_id_token": {"header": ID_TOKEN},
        # The prototype may have tokens of its own.
        "preserve_authorization_header": True,
        "deny_redirect_matcher": _PROGRAMS,
        "use_refresh_token": True,
        "default_expires_in": seconds(3600),
        "default_refresh_token_expires_in": seconds(_DAY),
        "csrf_token_expires_in": seconds(_ATTEMPT_SECONDS),
        "code_verifier_token_expires_in": seconds(_ATTEMPT_SECONDS),
        "cookie_configs": {f"{name}_cookie_config": {"same_site": "LAX"} for name in _COOKIES},
        "stat_prefix": "login",
    }
    if policy.tokens:
        config["pass_through_matcher"] = [_BEARER]
    if provider.end_session:
        config["end_session_endpoint"] = provider.end_session
        config["post_logout_redirect_uri"] = {"uri": f"{public_origin(policy)}/"}
    return http_filter(NAME, f"{HTTP}.oauth2.v3.OAuth2", config=config)


def public_origin(policy: Policy) -> str:
    """Where browsers reach the proxy."""
    port = "" if policy.ports.https == 443 else f":{policy.ports.https}"
    return f"https://{policy.host}{port}"


_COOKIES = {
    "bearer_token": "access",
    "oauth_hmac": "signature",
    "oauth_expires": "expires",
    "id_token": "identity",
    "refresh_token": "refresh",
    "oauth_nonce": "nonce",
    "code_verifier": "verifier",
}

# Who brings a token is not sent to a login; the next filter checks the token.
_BEARER: Message = {
    "name": "authorization",
    "string_match": {"prefix": "Bearer ", "ignore_case": True},
}

# A script that is redirected to a login page gets a page where it expects data: it is told 401 instead.
_PROGRAMS: list[Message] = [
    {"name": "sec-fetch-mode", "string_match": {"exact": "navigate"}, "invert_match": True},
    {"name": "accept", "string_match": {"prefix": "application/json"}},
    {"name": "accept", "string_match": {"prefix": "text/event-stream"}},
    {"name": "x-requested-with", "present_match": True},
    {"name": "upgrade", "present_match": True},
    {
        "name": ":method",
        "string_match": {"safe_regex": {"regex": "GET|HEAD"}},
        "invert_match": True,
    },
]


def _credentials(login: Login, secrets: Secrets) -> Message:
    return {
        "client_id": login.client_id,
        "token_secret": _from_file(CLIENT, secrets),
        "hmac_secret": _from_file(SESSION, secrets),
        "cookie_names": {name: f"{COOKIES}{short}" for name, short in _COOKIES.items()},
    }


def _from_file(name: str, secrets: Secrets) -> Message:
    source = {"path_config_source": {"path": str(secret_file(name, secrets))}}
    return {"name": name, "sds_config": {**source, "resource_api_version": "V3"}}


def _path(path: str) -> Message:
    return {"path": {"exact": path}}
