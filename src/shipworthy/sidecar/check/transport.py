"""The encrypted connection: versions, certificate, protocols; and what plain HTTP gives away."""

from __future__ import annotations

import socket
import ssl
import warnings
from collections.abc import Iterator

from shipworthy.prototype.edge.attack import Exchange
from shipworthy.sidecar.check.attempt import (
    Attempt,
    Seen,
    bound,
    broken,
    exchange,
    held,
    not_applicable,
    unknown,
)
from shipworthy.sidecar.check.loopback import loopback_only
from shipworthy.sidecar.check.target import Target, fresh_word
from shipworthy.sidecar.check.wire import Connection, request

FAMILY = "transport"
_OLD = (
    ("tls-1.0", ssl.TLSVersion.TLSv1),
    ("tls-1.1", ssl.TLSVersion.TLSv1_1),
    ("tls-1.2", ssl.TLSVersion.TLSv1_2),
)
_ALERTS = ("ALERT_PROTOCOL_VERSION", "ALERT_HANDSHAKE_FAILURE", "VERSION_TOO_LOW")
_MOVED = (301, 302, 307, 308)


def attempts(target: Target) -> Iterator[Attempt]:
    """Versions, certificate, plain HTTP."""
    for name, version in _OLD:
        safe = "the handshake is refused"
        run = bound(_old, version)
        yield Attempt(name, f"{name.upper().replace('-', ' ')}", safe, run)
    yield Attempt("certificate", "is it for this host?", "it is, and in force", _certificate)
    safe = "a refusal"
    yield Attempt("plain-on-tls-port", "plain HTTP on the encrypted port", safe, _plain)
    safe = f"301 or 308 to {target.origin}, and nothing to the application"
    yield Attempt("plain-http", "plain HTTP", safe, _redirect)
    safe = "no redirect to that host"
    yield Attempt("foreign-redirect", "plain HTTP for evil.example", safe, _foreign)


def _old(target: Target, version: ssl.TLSVersion) -> Seen:
    """The client must be able to speak the old version itself: only an alert of the server counts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    place = loopback_only(target.address), target.https
    with socket.create_connection(place, 4.0) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=target.policy.host) as secured:
                line = Exchange(sent=version.name, got=f"accepted: {secured.version()}")
                return broken("the old version is accepted", line)
        except ssl.SSLError as error:
            line = Exchange(sent=version.name, got=error.reason or str(error))
            alerted = any(word in (error.reason or "") for word in _ALERTS)
            return held("refused", line) if alerted else unknown("no clear refusal", line)
        except ConnectionError:
            return held("refused", Exchange(sent=version.name, got="connection closed"))


def _certificate(target: Target) -> Seen:
    if target.authority is None:
        return unknown("the authority of its certificate is not known here")
    context = ssl.create_default_context(cafile=str(target.authority))
    place = loopback_only(target.address), target.https
    with socket.create_connection(place, 4.0) as plain:
        try:
            with context.wrap_socket(plain, server_hostname=target.policy.host) as secured:
                found = secured.getpeercert() or {}
        except ssl.SSLError as error:
            said = getattr(error, "verify_message", "") or error.reason or "not trusted"
            return broken(said, Exchange(sent=target.policy.host, got=said))
    until = found.get("notAfter", "")
    return held(f"in force until {until}", Exchange(sent=target.policy.host, got=f"until {until}"))


def _plain(target: Target) -> Seen:
    word = fresh_word()
    place = target.place()
    from dataclasses import replace

    with Connection(replace(place, tls=False)) as connection:
        connection.send(request("GET", f"/?check={word}", target.authority_name))
        answer = connection.answer()
    line = exchange("GET / without TLS", answer)
    if target.reached(word) or (answer is not None and 200 <= answer.status < 300):
        return broken("it was answered", line)
    return held("refused", line)


def _redirect(target: Target) -> Seen:
    return _moved(target, target.policy.host, own=True)


def _foreign(target: Target) -> Seen:
    return _moved(target, "evil.example", own=False)


def _moved(target: Target, host: str, *, own: bool) -> Seen:
    if not target.http:
        return not_applicable("nothing listens for plain HTTP")
    word = fresh_word()
    with Connection(target.place(tls=False)) as connection:
        connection.send(request("GET", f"/a?check={word}", f"{host}:{target.http}"))
        answer = connection.answer()
    line = exchange(f"GET http://{host}/a", answer, "location")
    location = (answer.header("location") or "") if answer is not None else ""
    if target.reached(word):
        return broken("plain HTTP reached the application", line)
    if not own:
        away = location.startswith(("http://evil.example", "https://evil.example"))
        return broken("sent to a foreign host", line) if away else held("not sent there", line)
    if answer is not None and answer.status in _MOVED and location.startswith(target.origin + "/"):
        return held(f"{answer.status} to the encrypted address", line)
    return broken("no redirect to the encrypted address", line)
