"""A copy of a prototype is led to the stand-in wherever it names its hosted project, and nowhere else."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from shipworthy.sidecar.standin.pointing import point


@dataclass(frozen=True, slots=True)
class Target:
    """What a copy is told of a stand-in."""

    public_url: str
    anon_key: str
    service_key: str


HERE = Target("https://localhost:8443", "the-public-key", "the-secret-key")


def token(**claims: str) -> str:
    """A token as a hosted project gives it, signed with nothing."""
    parts = (json.dumps(part).encode() for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    head, body = (base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)
    return f"{head}.{body}.c2lnbmF0dXJlLXRoYXQtaXMtbm9uZQ"


ANON = token(iss="supabase", role="anon")
SERVICE = token(iss="supabase", role="service_role")
OTHER = token(iss="https://login.example.test", role="anon")


@pytest.mark.parametrize(
    ("written", "pointed"),
    [
        ('const u = "https://abcdefghijklmnop.supabase.co"', 'const u = "https://localhost:8443"'),
        ("`https://${id}.supabase.co/functions/v1/x`", "`https://localhost:8443/functions/v1/x`"),
        ("wss://abcdefghijklmnop.supabase.co/realtime/v1", "wss://localhost:8443/realtime/v1"),
        (f"key = '{ANON}'", "key = 'the-public-key'"),
        (f"key = '{SERVICE}'", "key = 'the-secret-key'"),
        (f"key = '{OTHER}'", f"key = '{OTHER}'"),
        ("sb_publishable_0123456789abcdefgh", "the-public-key"),
        ("sb_secret_0123456789abcdefgh", "the-secret-key"),
        ("https://supabase.co/docs", "https://supabase.co/docs"),
        ("https://supabase.com/dashboard", "https://supabase.com/dashboard"),
        ("https://evil-supabase.co", "https://evil-supabase.co"),
    ],
)
def test_addresses_and_keys_are_replaced(tmp_path: Path, written: str, pointed: str) -> None:
    file = tmp_path / "src" / "client.ts"
    file.parent.mkdir()
    file.write_text(f"{written}\r\n", newline="")
    changed = point(tmp_path, HERE)
    assert file.read_bytes() == f"{pointed}\r\n".encode()
    assert changed == (("src/client.ts",) if written != pointed else ())


def test_variables_of_the_prototype_are_pointed_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("VITE_SUPABASE_URL=https://abcdefghijklmnop.supabase.co\n")
    assert point(tmp_path, HERE) == (".env",)
    assert (tmp_path / ".env").read_text() == "VITE_SUPABASE_URL=https://localhost:8443\n"


def test_links_packages_and_binary_files_stay_as_they_are(tmp_path: Path) -> None:
    address = "https://abcdefghijklmnop.supabase.co"
    outside = tmp_path / "outside.ts"
    outside.write_text(address)
    copy = tmp_path / "copy"
    (copy / "node_modules").mkdir(parents=True)
    (copy / "node_modules" / "a.js").write_text(address)
    (copy / "link.ts").symlink_to(outside)
    (copy / "folder").symlink_to(tmp_path)
    (copy / "bytes.js").write_bytes(address.encode() + b"\xff\xfe")
    assert point(copy, HERE) == ()
    assert outside.read_text() == address
