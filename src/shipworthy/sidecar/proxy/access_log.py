"""One JSON line for each request, in a file: who asked for what, what was answered, and why.

Queries are left out: they carry tokens and addresses. So are `Authorization`, cookies and referrers.
"""

from __future__ import annotations

from pathlib import Path

from shipworthy.sidecar.proxy.limits import USER_HEADER
from shipworthy.sidecar.proxy.typed import Message, typed

_FIELDS = {
    "time": "%START_TIME(%Y-%m-%dT%H:%M:%S.%3fZ)%",
    "method": "%REQ(:METHOD)%",
    "path": "%PATH(NQ:ORIG_OR_PATH)%",
    "status": "%RESPONSE_CODE%",
    "ms": "%DURATION%",
    "why": "%RESPONSE_CODE_DETAILS%",
    "flags": "%RESPONSE_FLAGS%",
    "user": f"%REQ({USER_HEADER.upper()})%",
    "client": "%REQ(X-CLIENT)%",
    "ip": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "route": "%ROUTE_NAME%",
    "upstream": "%UPSTREAM_CLUSTER%",
    "upstream_ms": "%RESPONSE_DURATION%",
    "retries": "%UPSTREAM_REQUEST_ATTEMPT_COUNT%",
    "received": "%BYTES_RECEIVED%",
    "sent": "%BYTES_SENT%",
    "protocol": "%PROTOCOL%",
    "host": "%REQ(:AUTHORITY)%",
    "agent": "%REQ(USER-AGENT):200%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "trace_id": "%TRACE_ID%",
}
_KIND = "envoy.extensions.access_loggers.file.v3.FileAccessLog"


def access_log(file: Path) -> Message:
    """The log of a connection manager. A file and not standard output, which would block the proxy."""
    return {
        "name": "envoy.access_loggers.file",
        "typed_config": typed(
            _KIND, path=str(file), log_format={"json_format": _FIELDS, "omit_empty_values": True}
        ),
    }
