"""A real OpenID provider of this machine, and people who sign in there by plain HTTP."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

PAGE = {"accept": "text/html", "sec-fetch-mode": "navigate"}
PEOPLE: dict[str, dict[str, Any]] = {
    "alice": {"email": "alice@example.com", "email_verified": True, "roles": ["editor", "admin"]},
    "bob": {"email": "bob@example.com", "email_verified": False, "roles": "administrator"},
    "mallory": {"email": "m@example.com\r\nx-user-role: admin", "roles": ["a,admin", "x\nadmin"]},
    "large": {"roles": ["user"], "groups": "g" * 4_000},
}


@contextmanager
def provider(people: Mapping[str, Any] = PEOPLE) -> Iterator[str]:
    """A provider on a free port; its issuer."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
        from oidc_provider_mock import User, run_server_in_thread

        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        users = [User(sub=name, claims=dict(claims)) for name, claims in people.items()]
        with run_server_in_thread(user_claims=users) as server:
            yield f"http://localhost:{server.server_port}"


def leave(client: httpx.Client, path: str) -> str:
    """Ask for a page and be sent to the provider; its address."""
    sent = client.get(path, headers=PAGE)
    assert sent.status_code == 302, sent.text
    return sent.headers["location"]


def agree(client: httpx.Client, address: str, who: str) -> str:
    """Sign in at the provider; the address that it sends back to."""
    sent = client.post(address, data={"sub": who})
    assert sent.status_code == 302, sent.text
    return sent.headers["location"]


def sign_in(client: httpx.Client, who: str, path: str) -> httpx.Response:
    """Ask for a page, sign in, come back: the answer that sets the session's cookies."""
    return client.get(agree(client, leave(client, path), who), headers=PAGE)
