"""What the proxy itself answers when it cannot or shall not ask the prototype: a page or JSON."""

from __future__ import annotations

from html import escape

from shipworthy.sidecar.proxy import identity
from shipworthy.sidecar.proxy.typed import Message

RETRY_SECONDS = 5
GONE = "The application does not answer at the moment. Please try again in a few seconds."
PAUSED = "The application is being maintained. Please try again in a few minutes."
_SAID = "%LOCAL_REPLY_BODY%"
_BROWSER = "text/html"
_LOST = ("UH", "UF", "UC", "UO", "URX", "UT", "LH", "NC")  # flags: asked in vain, or not at all


def local_replies() -> Message:
    """How refusals look: a page for people, JSON for programs. Where the prototype is gone, it says so."""
    lost = {"response_flag_filter": {"flags": list(_LOST)}}
    header = {"name": "accept", "string_match": {"contains": _BROWSER}}
    refused = {
        "status_code_filter": {
            "comparison": {
                "op": "GE",
                "value": {"default_value": 400, "runtime_key": "shipworthy.refused"},
            }
        }
    }
    person = {"header_filter": {"header": header}}
    later = {"headers_to_add": [_retry_after()]}
    return {
        "mappers": [
            {"filter": _both(lost, person), "body_format_override": _as_page(GONE), **later},
            {"filter": lost, "body_format_override": _as_json(GONE), **later},
            {"filter": _both(refused, person), "body_format_override": _as_page(_SAID)},
            {"filter": refused, "body_format_override": _as_json(_SAID)},
        ]
    }


def page(text: str) -> str:
    """A page that needs nothing from elsewhere. `text` is HTML."""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>Not now</title><p>{text}</p></html>\n"
    )


def paused_routes(host_routes: Message, text: str = PAUSED) -> Message:
    """A route table that answers everything itself with 503, everything else as in the given one."""
    hosts = [
        host if host["domains"] == ["*"] else {**host, "routes": _paused(text)}
        for host in host_routes["virtual_hosts"]
    ]
    return {**host_routes, "virtual_hosts": hosts}


def _paused(text: str) -> list[Message]:
    accepts = [{"name": "accept", "string_match": {"contains": _BROWSER}}]
    return [
        _answer({"prefix": "/", "headers": accepts}, escape(text)),
        _answer({"prefix": "/"}, text),
    ]


def _answer(match: Message, text: str) -> Message:
    return {
        "name": "paused",
        "typed_per_filter_config": identity.answered(),
        "match": match,
        "direct_response": {"status": 503, "body": {"inline_string": text}},
        "response_headers_to_add": [_retry_after(), _header("cache-control", "no-store")],
    }


def _both(one: Message, other: Message) -> Message:
    return {"and_filter": {"filters": [one, other]}}


def _as_page(text: str) -> Message:
    return {
        "text_format_source": {"inline_string": page(text)},
        "content_type": "text/html; charset=utf-8",
    }


def _as_json(text: str) -> Message:
    return {"json_format": {"error": text, "status": "%RESPONSE_CODE%"}}


def _retry_after() -> Message:
    return _header("retry-after", str(RETRY_SECONDS))


def _header(name: str, value: str) -> Message:
    return {
        "header": {"key": name, "value": value},
        "append_action": "OVERWRITE_IF_EXISTS_OR_ADD",
    }
