"""How a person makes the browsers of this machine trust a local authority: printed, never done for them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path


def instructions(file: Path, host: str, platform: str = sys.platform) -> str:
    """The commands for this platform. `file`: the PEM of the authority."""
    return "".join(f"{line}\n" for line in _lines(file, host, platform))


def _lines(file: Path, host: str, platform: str) -> Iterator[str]:
    yield f"The certificate for {host} is of your own local authority:"
    yield f"    {file}"
    yield f"It can vouch for {host} and nothing else. Its key never leaves this machine. To trust it:"
    yield ""
    if platform == "darwin":
        yield "Safari and Chrome:"
        yield "    security add-trusted-cert -r trustRoot \\"
        yield f"        -k ~/Library/Keychains/login.keychain-db '{file}'"
    else:
        yield "Chrome and Chromium (certutil is in libnss3-tools, nss-tools on Fedora):"
        yield f"    certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n 'shipworthy {host}' -i '{file}'"
        yield ""
        yield "curl, git and other programs, on Debian and Ubuntu:"
        yield f"    sudo cp '{file}' /usr/local/share/ca-certificates/shipworthy-{host}.crt"
        yield "    sudo update-ca-certificates"
        yield "on Fedora:"
        yield f"    sudo trust anchor '{file}'"
    yield ""
    yield "Firefox: Settings, Privacy & Security, View Certificates, Authorities, Import; tick `websites`."
    yield f"One call alone: curl --cacert '{file}' https://{host}:PORT/"
    yield f"Node.js: NODE_EXTRA_CA_CERTS='{file}'; Python: SSL_CERT_FILE='{file}'"
    yield "To take it back, delete it where you added it, and delete the file."
