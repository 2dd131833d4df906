"""What headers of answers say to browsers, on every answer: the prototype's, files', and our own refusals.

A filter at the very front and not the routes' `response_headers_to_add`: those miss what filters answer
themselves (429, 404, files). What it adds stands in the route table, so that changes act at once.
"""

from __future__ import annotations

from shipworthy.sidecar.host import is_of_this_machine
from shipworthy.sidecar.policy import Headers, Policy
from shipworthy.sidecar.proxy.typed import HTTP, Message, http_filter, typed

NAME = "shipworthy.headers"
_KIND = f"{HTTP}.header_mutation.v3.HeaderMutation"
_TELLING = ("server", "x-powered-by", "x-aspnet-version", "x-generator", "via")


def header_filter() -> Message:
    """The filter that stands first in the chain; it does what the route table says."""
    return http_filter(NAME, _KIND)


def on_every_answer(policy: Policy) -> Message:
    """The part of the route table that tells the filter what to replace, add and take away."""
    mutations = [_remove(name) for name in _TELLING]
    for name, value in security_headers(policy).items():
        mutations.append(_set(name, value) if value else _remove(name))
    if policy.cors.origins:  # else a cache would hand one origin's answer to another
        vary = {"header": {"key": "vary", "value": "Origin"}}
        mutations.append({"append": {**vary, "append_action": "APPEND_IF_EXISTS_OR_ADD"}})
    return {NAME: typed(f"{_KIND}PerRoute", mutations={"response_mutations": mutations})}


def security_headers(policy: Policy) -> dict[str, str]:
    """Each header that the policy decides about and its value; '' where the answer shall not have it."""
    told = policy.headers
    return {
        "x-content-type-options": "nosniff",
        "x-frame-options": told.frame_options,
        "referrer-policy": told.referrer_policy,
        "permissions-policy": told.permissions_policy,
        "cross-origin-opener-policy": told.opener_policy,
        "strict-transport-security": _hsts(policy),
        "alt-svc": f'h3=":{policy.ports.https}"; ma=3600',
    } | _content_security(told)


def _content_security(told: Headers) -> dict[str, str]:
    """While only reporting, a policy of the prototype's own stays in force."""
    policy = told.content_security_policy
    if told.csp_mode == "enforce":
        return {"content-security-policy": policy, "content-security-policy-report-only": ""}
    if told.csp_mode == "report-only":
        return {"content-security-policy-report-only": policy}
    return {}


def _hsts(policy: Policy) -> str:
    # It holds for a host name whatever the port: a year of it on localhost would take every other
    # program under development on this machine off plain HTTP.
    if not policy.tls.hsts or is_of_this_machine(policy.host):
        return ""
    return f"max-age={int(policy.tls.hsts)}; includeSubDomains"


def _set(name: str, value: str) -> Message:
    return {
        "append": {
            "header": {"key": name, "value": value.replace("%", "%%")},
            "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
        }
    }


def _remove(name: str) -> Message:
    return {"remove": name}
