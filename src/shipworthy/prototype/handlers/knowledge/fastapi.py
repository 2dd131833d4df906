"""FastAPI and Starlette: what marks parameters and dependencies, and what a request has."""

from __future__ import annotations

from msgspec.structs import replace

from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import EffectKind, Origin
from shipworthy.prototype.handlers.knowledge.built_files import held
from shipworthy.prototype.handlers.knowledge.limits import limit_of_python
from shipworthy.prototype.handlers.knowledge.requests import TARGET, parameter, principal
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.knowledge.stored_files import note_private
from shipworthy.prototype.handlers.knowledge.wrapping import Answer
from shipworthy.prototype.handlers.values import (
    NO_GUARDS,
    NULL,
    UNKNOWN,
    Value,
    all_origins,
    from_origins,
)

REQUEST = "request:starlette"
DEPENDS = "fastapi dependency"
MARK = "fastapi parameter"
SCHEME = "fastapi scheme"
_MARKS = {
    "Body": "body",
    "Query": "query",
    "Path": "path",
    "Form": "form",
    "File": "upload",
    "Header": "header",
    "Cookie": "cookie",
}


def _depends(walk: Evaluation, site: Site) -> Value | None:
    return Value(
        what=DEPENDS,
        fields={"on": site.argument(0, "dependency")} if site.given or site.named else {},
        tags=frozenset({"truthy"}),
    )


def _mark(kind: str) -> Answer:
    def answer(walk: Evaluation, site: Site) -> Value | None:
        limits = {"gt", "ge", "lt", "le", "min_length", "max_length", "pattern", "regex"}
        tags = {"truthy", kind} | ({"bounded"} if limits & set(site.named) else set())
        tags |= {"above"} if {"gt", "ge"} & set(site.named) else set()
        return Value(
            what=MARK, fields={"alias": site.named.get("alias", UNKNOWN)}, tags=frozenset(tags)
        )

    return answer


def _scheme(walk: Evaluation, site: Site) -> Value | None:
    """A security scheme only reads what was sent; it proves nothing."""
    header = site.argument(0, "name").text or "authorization"
    name = site.what.removesuffix("()").rpartition(".")[2]
    kind = {"APIKeyQuery": "query", "APIKeyCookie": "cookie"}.get(name, "header")
    if "APIKey" not in name:
        header = "authorization"
    auto = site.named.get("auto_error", UNKNOWN).literal is not False
    fields = {"kind": Value(literal=kind), "name": Value(literal=header.lower())}
    tags = {"truthy", name} | (set() if auto else {"optional"})
    return Value(what=SCHEME, fields=fields, tags=frozenset(tags))


def sent(scheme: Value) -> Value:
    """What a security scheme hands to the function that depends on it."""
    fields = scheme.fields or {}
    kind, name = (fields.get(key, UNKNOWN).text or "" for key in ("kind", "name"))
    token = replace(from_origins(Origin(kind, "", name)), tags=frozenset({"truthy"}))
    given = token
    if scheme.tags & {"HTTPBearer", "HTTPDigest"}:
        given = Value(fields={"credentials": token, "scheme": UNKNOWN}, tags=frozenset({"truthy"}))
    elif "HTTPBasic" in scheme.tags:
        given = Value(fields={"username": token, "password": token}, tags=frozenset({"truthy"}))
    if "optional" in scheme.tags:
        return replace(given, cases=((given, NO_GUARDS), (NULL, NO_GUARDS)), tags=frozenset())
    return given


def login_form() -> Value:
    """OAuth2PasswordRequestForm: a name and a password."""
    fields = {
        key: from_origins(Origin("form", "parsed", key))
        for key in ("username", "password", "scopes", "client_id", "client_secret")
    }
    return Value(fields=fields, tags=frozenset({"truthy"}))


def _request(walk: Evaluation, value: Value, key: str) -> Value | None:
    match key:
        case "headers" | "cookies":
            return Value(what=key)
        case "query_params":
            return Value(origins=frozenset({Origin("query")}), what="searchParams")
        case "path_params":
            return parameter("path")
        case "url" | "base_url":
            return Value(what=f"{REQUEST}.url", identity=value.identity)
        case "session":
            return Value(what="session")
        case "state":
            return Value(what=f"{REQUEST}.state", identity=value.identity)
        case "user" | "auth":
            return principal(walk, f"request.{key}", 0)
        case "method" if kept := _target(walk, value, TARGET[1]):
            return kept
        case "method" | "client" | "app" | "scope":
            return Value(what=f"{REQUEST}.{key}")
    return None


def _url(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key == "path":
        return _target(walk, value, TARGET[0]) or from_origins(Origin("path"))
    return from_origins(Origin("header", "", "host")) if key in ("hostname", "netloc") else None


def _target(walk: Evaluation, request: Value, key: str) -> Value | None:
    walk.tells_targets = True
    return walk.heap.get((request.identity, key))


def _state(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key in ("user", "user_id", "current_user", "uid"):
        return principal(walk, f"request.state.{key}", 0)
    return UNKNOWN


def _whole(kind: str) -> Answer:
    return lambda walk, site: parameter(kind, "formdata" if kind == "form" else kind)


def _upload(walk: Evaluation, site: Site) -> Value | None:
    return Value(origins=site.receiver.origins, what="uploaded") if site.receiver.origins else None


def _json(walk: Evaluation, site: Site) -> Value | None:
    status = site.argument(0, "status_code") if not site.has(0) else site.argument(1, "status_code")
    return respond(walk, held(walk, site.argument(0, "content")), status, site.call.at)


def _html(walk: Evaluation, site: Site) -> Value | None:
    status = site.argument(1, "status_code")
    return respond(walk, site.argument(0, "content"), status, site.call.at, "html")


def _file(walk: Evaluation, site: Site) -> Value | None:
    note_private(walk, site, site.argument(0, "path"))
    path = site.argument(0, "path")
    walk.effect(
        EffectKind.FILE,
        "read",
        site.what,
        site.call.at,
        inputs={"path": all_origins(path)},
        values={"path": path},
    )
    return Value(what="response", tags=frozenset({"truthy", "response"}))


_SCHEMES = """OAuth2PasswordBearer OAuth2AuthorizationCodeBearer HTTPBearer HTTPBasic HTTPDigest
APIKeyHeader APIKeyQuery APIKeyCookie""".split()
_MODULES = ("fastapi.responses", "starlette.responses", "fastapi")


def _told(walk: Evaluation, site: Site) -> Value | None:
    """`await websocket.send_json(rows)`: an answer, after which more may follow."""
    respond(walk, site.argument(0, "data"), UNKNOWN, site.call.at)
    return UNKNOWN


_RECEIVED = "receive_text receive_json receive_bytes receive iter_text iter_json".split()

CALLS = {
    "fastapi.Depends": _depends,
    "fastapi.Security": _depends,
    "fastapi.params.Depends": _depends,
    **{f"fastapi.{name}": _mark(kind) for name, kind in _MARKS.items()},
    **{f"fastapi.security.{name}": _scheme for name in _SCHEMES},
    **{f"fastapi.security.api_key.{name}": _scheme for name in _SCHEMES},
    **{f"fastapi.security.http.{name}": _scheme for name in _SCHEMES},
    f"{REQUEST}.json": _whole("body"),
    f"{REQUEST}.body": _whole("body"),
    f"{REQUEST}.stream": _whole("body"),
    f"{REQUEST}.form": _whole("form"),
    **{f"socket.{name}": _whole("body") for name in _RECEIVED},
    **{f"socket.{name}": _told for name in ("send_json", "send_text", "send_bytes", "send")},
    **{f"{module}.JSONResponse": _json for module in _MODULES},
    **{f"{module}.ORJSONResponse": _json for module in _MODULES},
    **{f"{module}.PlainTextResponse": _json for module in _MODULES},
    **{f"{module}.Response": _json for module in _MODULES},
    **{f"{module}.StreamingResponse": _json for module in _MODULES},
    **{f"{module}.HTMLResponse": _html for module in _MODULES},
    **{f"{module}.FileResponse": _file for module in _MODULES},
    "upload.read": _upload,
    "slowapi.Limiter().limit": limit_of_python,
    "slowapi.Limiter().shared_limit": limit_of_python,
}
PROPERTIES = {
    REQUEST: _request,
    "socket": _request,
    f"{REQUEST}.url": _url,
    f"{REQUEST}.state": _state,
}
