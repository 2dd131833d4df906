"""Headers that say who a caller is: taken from every request before anything else reads them.

They are stripped early, in the connection manager. A route's `request_headers_to_remove` runs last, in the
router: it would delete what the proxy itself verified and leave a forged header where nothing is verified.
"""

from __future__ import annotations

from shipworthy.sidecar.policy import Policy
from shipworthy.sidecar.proxy.typed import Message, typed

_KIND = "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation"

# What begins so goes, with any other sign for each hyphen too: WSGI takes an underscore for it, PHP a dot as
# well, and some CGI servers all but letters and digits.
PREFIXES = (
    "x-user",  # ours
    "x-shipworthy-",  # ours, inside the proxy
    "x-forwarded-",
    "x-envoy-",
    "x-auth-request-",  # oauth2-proxy
    "x-authenticated-",
    "x-replit-user-",  # Replit's own login, in front of Replit's own machines only
    "x-ms-client-principal",  # Azure App Service
    "x-goog-authenticated-",  # Google's Identity-Aware Proxy
    "x-goog-iap-",
    "x-amzn-oidc-",  # AWS load balancers
    "x-vercel-",  # address and place of the visitor, believed by Vercel's own packages
    "cf-access-",  # Cloudflare Access
    "cf-connecting-",
    "tailscale-user-",
    "x-pomerium-",
    "x-webauth-",
    "x-authentik-",
    "x-consumer-",  # Kong
    "x-credential-",
    "remote-",  # Authelia: Remote-User, Remote-Groups, Remote-Email
    "x-ms-token-",  # Azure App Service: tokens of its own login
    "x-azure-",
    "x-apigateway-api-",  # Google's API Gateway and Endpoints: claims that they verified
    "x-endpoint-api-",
    "x-clerk-auth-",  # Clerk's middleware tells the code behind it
    "x-ssl-",  # certificates of callers, as nginx and others hand them on
    "ssl-client-",
    "x-client-cert",
    "x-client-verify",
    "client-cert",  # RFC 9440
    "cloudfront-viewer-",
    "x-astro-",  # the path and data that Astro's adapters hand on
    "x-invoke-",  # Next.js between its own processes
    "x-middleware-",  # Next.js skips its middleware for a forged one: CVE-2025-29927
)
NAMES = (
    "x-client",  # ours; `x-client-info` of supabase-js stays
    "x-id-token",  # the ID token, as other proxies hand it on
    "x-remote-user",
    "x-remote-group",
    "x-remote-ip",
    "x-remote-addr",
    "x-email",
    "x-role",
    "x-roles",
    "x-admin",
    "x-real-ip",
    "x-client-ip",
    "client-ip",
    "x-originating-ip",
    "wl-proxy-client-ip",
    "fly-client-ip",
    "x-nf-client-connection-ip",
    "x-arr-clientcert",
    "x-original-forwarded-for",
    "x-cluster-client-ip",
    "x-appengine-user-ip",
    "true-client-ip",
    "fastly-client-ip",
    "cf-pseudo-ipv4",
    "forwarded",
    "forwarded-for",
    "x-forwarded",
    "x-original-url",  # the path that some frameworks believe more than the real one
    "x-original-uri",
    "x-original-host",
    "x-rewrite-url",
    "x-override-url",
    "x-matched-path",  # Vercel tells Next.js which page it is
    "x-now-route-matches",
    "x-host",
    "x-http-host-override",
    "proxy",  # becomes HTTP_PROXY in CGI: CVE-2016-5385
)
METHODS = ("x-http-method-override", "x-http-method", "x-method-override")


def early(policy: Policy) -> list[Message]:
    """The connection manager's `early_header_mutation_extensions`."""
    patterns = [*(_pattern(p, ".*") for p in PREFIXES), *(_pattern(n, "") for n in names(policy))]
    # One expression: each of its own would look at every header again.
    either = {"safe_regex": {"regex": f"(?:{'|'.join(patterns)})"}}
    mutations = [{"remove_on_match": {"key_matcher": either}}]
    return [
        {"name": "shipworthy.forged", "typed_config": typed(_KIND, mutations=mutations)},
    ]


def names(policy: Policy) -> tuple[str, ...]:
    """The whole names that go. Those that replace the method go too where a route asks for one: `POST` that
    says it is `DELETE`."""
    return NAMES + (METHODS if any(route.methods for route in policy.routes) else ())


def _pattern(name: str, rest: str) -> str:
    return name.replace("-", "[^a-z0-9]") + rest
