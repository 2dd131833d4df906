"""TLS for the database of a run: programs that insist on it, as hosted databases do, are not refused."""

from __future__ import annotations

import ssl
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from shipworthy.errors import ShipworthyError
from shipworthy.sidecar.certificate import authority, default_authorities, issue

_HOST = "localhost"


def server_context() -> ssl.SSLContext | None:
    """What a server on a loopback address shows, by the local authority that the programs of a run trust;
    None where no certificate can be made."""
    try:
        made = issue(_HOST, authority(_HOST, default_authorities()), datetime.now(UTC))
    except (ShipworthyError, OSError):
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory(prefix="sws-") as place:  # it reads files alone
        chain, key = Path(place, "chain.pem"), Path(place, "key.pem")
        chain.write_bytes(made.for_addresses)
        key.write_bytes(made.key)
        context.load_cert_chain(chain, key)
    return context
