"""What no honest caller sends, and programs read otherwise than the proxy does: refused before any route.

- `Host: shop.example:443@evil.example`, or two of them: Envoy takes what stands behind the colon for a port.
  A link that a program makes of it leads to the other host.
- `/admin%0a`: the `$` of Python's expressions fits before a last line feed, and Starlette, and so FastAPI,
  takes it for `/admin`.
- `/x/..;/admin` and `/;x/admin`: Java's servers drop the parameters first and resolve the dots then.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from shipworthy.sidecar.proxy import identity
from shipworthy.sidecar.proxy.typed import Message

_PATH = r"(?i)[^?]*(%[01][0-9a-f]|%7f|/\.{1,2};|/;[^/?]*/).*"


def refused(hosts: Sequence[str]) -> Iterator[Message]:
    """The routes that refuse it. `hosts`: our own host names."""
    ours = "|".join(re.escape(host) for host in hosts)
    own = {"safe_regex": {"regex": rf"(?i)({ours})\.?(:[0-9]{{0,5}})?"}}
    yield _refusal("odd-host", 421, "not our host name", _told(":authority", own, invert=True))
    yield _refusal(
        "odd-path", 400, "no such path", _told(":path", {"safe_regex": {"regex": _PATH}})
    )


def _told(name: str, value: Message, *, invert: bool = False) -> Message:
    return {"name": name, "string_match": value, "invert_match": invert}


def _refusal(name: str, status: int, text: str, header: Message) -> Message:
    return {
        "name": name,
        "match": {"prefix": "/", "headers": [header]},
        "direct_response": {"status": status, "body": {"inline_string": text}},
        "typed_per_filter_config": identity.answered(),
    }
