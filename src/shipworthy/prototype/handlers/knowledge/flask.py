"""Flask: its request, session and g, and the packages that log in with it."""

from __future__ import annotations

import re

from shipworthy.prototype.handlers.comparing.methods import METHOD, NO_GET
from shipworthy.prototype.handlers.evaluation import Evaluation, Site
from shipworthy.prototype.handlers.handler import Check, Origin
from shipworthy.prototype.handlers.knowledge.limits import limit_of_python
from shipworthy.prototype.handlers.knowledge.requests import of_session, parameter, principal
from shipworthy.prototype.handlers.knowledge.responses import respond
from shipworthy.prototype.handlers.knowledge.user_models import asked_of_user
from shipworthy.prototype.handlers.knowledge.wrapping import (
    Answer,
    decorator,
    guarding,
    transparent,
)
from shipworthy.prototype.handlers.values import NO_GUARDS, UNKNOWN, Value, from_origins
from shipworthy.regex import regex

REQUEST = "flask.request"
_G, ON_REQUEST = -1, -2  # places in the heap
OF_CALLER = regex(
    r"user|uid|login|logged|auth|admin|account|e-?mail|role|^id$|_id$|member|token|profile"
    r"|usu[aá]ri|utilisateur|utente|benutzer|gebruiker|kullan|logad|autentic|conectad|funcion[aá]ri|perfil",
    re.IGNORECASE,
)
"""Keys of a session that are there only for who has logged in."""

_PARTS = {
    "args": ("query", "searchParams"),
    "form": ("form", "formdata"),
    "json": ("body", "body"),
    "data": ("body", "body"),
    "files": ("upload", "files"),
    "values": ("query", "searchParams"),
    "view_args": ("path", "path"),
    "headers": ("header", "headers"),
    "cookies": ("cookie", "cookies"),
    "stream": ("body", "body"),
}


def _request(walk: Evaluation, value: Value, key: str) -> Value | None:
    kept = walk.heap.get((ON_REQUEST, key))
    if kept is not None:
        return kept
    if key in _PARTS:
        kind, what = _PARTS[key]
        if what in ("headers", "cookies"):
            return Value(what=what)
        return parameter(kind, what)
    match key:
        case "host" | "host_url" | "url_root" | "base_url" | "url":
            return from_origins(Origin("header", "", "host"))
        case "authorization":
            return from_origins(Origin("header", "", "authorization"))
        case "user" | "current_user":
            return principal(walk, f"request.{key}", 0)
        case "method":
            return Value(what=METHOD)
    return None


def _kept(place: int) -> object:
    def assigned(walk: Evaluation, owner: Value, key: str, value: Value, at: int) -> None:
        walk.heap[place, key] = value

    return assigned


def _g(walk: Evaluation, value: Value, key: str) -> Value | None:
    kept = walk.heap.get((_G, key))
    if kept is not None:
        return kept
    if key in ("get", "pop"):
        return None
    return principal(walk, f"g.{key}", 0) if "user" in key.lower() else UNKNOWN


def _g_get(walk: Evaluation, site: Site) -> Value | None:
    return walk.member(Value(what="flask.g"), site.argument(0).text or "")


def session_item(walk: Evaluation, key: str, at: int) -> Value:
    """What the server keeps under a key: for some keys, that is who has logged in."""
    if OF_CALLER.search(key):
        return of_session(walk, key, at)
    return UNKNOWN


def _session(walk: Evaluation, value: Value, key: str) -> Value | None:
    if key in ("get", "pop", "clear", "permanent", "modified", "setdefault", "keys", "items"):
        return Value(what=f"{value.what}.{key}")
    return session_item(walk, key, 0)


def _session_get(walk: Evaluation, site: Site) -> Value | None:
    return session_item(walk, site.argument(0).text or "", site.call.at)


SESSIONS = frozenset({"session", "flask.session", "quart.session", "streamlit.session_state"})


def in_session(walk: Evaluation, operator: str, left: Value, right: Value, at: int) -> Value | None:
    """`"user_id" in session`: true for who has logged in."""
    if operator not in ("in", "not in") or right.what not in SESSIONS or left.text is None:
        return None
    if not OF_CALLER.search(left.text):
        return UNKNOWN
    yes = frozenset({walk.guard(Check.SESSION, f"session.{left.text}", at)})
    return Value(when=(yes, NO_GUARDS) if operator == "in" else (NO_GUARDS, yes))


def _submitted(walk: Evaluation, site: Site) -> Value | None:
    """`form.validate_on_submit()` of Flask-WTF: false for what a link asks for."""
    return Value(when=(frozenset({walk.guard(Check.METHOD, NO_GET, site.call.at)}), NO_GUARDS))


def _url_for(walk: Evaluation, site: Site) -> Value | None:
    return Value(tags=frozenset({"truthy", f"url:{site.argument(0).text or ''}"}))


def _json(walk: Evaluation, site: Site) -> Value | None:
    return parameter("body")


def _jsonify(walk: Evaluation, site: Site) -> Value | None:
    body = site.argument(0)
    if site.named:
        body = Value(fields=dict(site.named))
    return respond(walk, body, UNKNOWN, site.call.at)


def _answer(walk: Evaluation, site: Site) -> Value | None:
    given = site.argument(0, "response")
    if "response" in given.tags:
        return given
    kind = site.named.get("mimetype") or site.named.get("content_type") or UNKNOWN
    form = "json" if kind.text and "html" not in kind.text else "html"
    return respond(walk, given, site.argument(1, "status"), site.call.at, form)


def _abort(walk: Evaluation, site: Site) -> Value | None:
    from shipworthy.prototype.handlers.values import NEVER

    respond(walk, site.argument(1, "description"), site.argument(0), site.call.at)
    return NEVER


def _template(walk: Evaluation, site: Site) -> Value | None:
    """A page that a template escapes: an answer, no HTML of its own."""
    body = Value(fields=dict(site.named))
    return respond(walk, body, UNKNOWN, site.call.at, "page")


def _jwt_required(walk: Evaluation, site: Site) -> Value | None:
    if site.argument(0, "optional").literal is True:
        return transparent(walk, site)
    return guarding(Check.SESSION)(walk, site)


def _current_user(walk: Evaluation, value: Value, key: str) -> Value | None:
    method = asked_of_user(walk, value, key)
    if method is not None:
        return method
    if key in ("is_authenticated", "is_anonymous", "is_staff", "is_superuser", "is_admin"):
        caller = from_origins(Origin("principal"), what="principal")
        return walk.member(caller, key)
    return from_origins(Origin("principal", "", key), what="principal")


def _logged_in(walk: Evaluation, site: Site) -> Value | None:
    return principal(walk, "current_user", site.call.at)


def _roles(walk: Evaluation, site: Site) -> Value | None:
    guards = frozenset(
        walk.guard(check, site.what, site.call.at) for check in (Check.SESSION, Check.ROLE)
    )
    return decorator(site, guards)


def _http_auth(walk: Evaluation, site: Site) -> Value | None:
    return guarding(Check.SESSION)(walk, site)


_SESSION_REQUIRED: Answer = guarding(Check.SESSION)

CALLS = {
    f"{REQUEST}.get_json": _json,
    f"{REQUEST}.get_data": _json,
    f"{REQUEST}.json.get": lambda walk, site: None,
    "flask.g.get": _g_get,
    "flask.session.get": _session_get,
    "flask.session.pop": _session_get,
    "flask.url_for": _url_for,
    "flask.jsonify": _jsonify,
    "flask.make_response": _answer,
    "flask.Response": _answer,
    "flask.abort": _abort,
    "werkzeug.exceptions.abort": _abort,
    "flask.render_template": _template,
    "flask_login.login_required": _SESSION_REQUIRED,
    "flask_login.fresh_login_required": _SESSION_REQUIRED,
    "flask_login.current_user._get_current_object": _logged_in,
    "flask_security.login_required": _SESSION_REQUIRED,
    "flask_security.auth_required": _SESSION_REQUIRED,
    "flask_security.roles_required": _roles,
    "flask_security.roles_accepted": _roles,
    "flask_jwt_extended.jwt_required": _jwt_required,
    "flask_jwt_extended.fresh_jwt_required": _SESSION_REQUIRED,
    "flask_httpauth.HTTPBasicAuth().login_required": _http_auth,
    "flask_httpauth.HTTPTokenAuth().login_required": _http_auth,
    "flask_httpauth.MultiAuth().login_required": _http_auth,
    "flask_limiter.Limiter().limit": limit_of_python,
    "flask_limiter.Limiter().exempt": transparent,
    "flask_wtf.csrf.CSRFProtect().exempt": transparent,
    "flask_wtf.CSRFProtect().exempt": transparent,
    "flask_cors.cross_origin": transparent,
}
NAMES = {"validate_on_submit": _submitted}
PROPERTIES = {
    REQUEST: _request,
    "flask.g": _g,
    "flask.session": _session,
    "flask_login.current_user": _current_user,
    "flask_jwt_extended.current_user": _current_user,
    "flask_security.current_user": _current_user,
}
ASSIGNED = {"flask.g": _kept(_G), REQUEST: _kept(ON_REQUEST)}
