"""How to trust the local authority is printed for each platform, and names its file."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipworthy.sidecar.trust import instructions

FILE = Path("/home/ann/.local/share/shipworthy/authorities/localhost/authority.pem")


@pytest.mark.parametrize(
    ("platform", "command"),
    [("linux", "certutil -d sql:"), ("darwin", "security add-trusted-cert -r trustRoot")],
)
def test_each_platform_gets_its_commands(platform: str, command: str) -> None:
    text = instructions(FILE, "localhost", platform)
    assert command in text
    assert text.count(str(FILE)) > 3
    assert "NODE_EXTRA_CA_CERTS" in text
