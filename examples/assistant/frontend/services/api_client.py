"""Small wrapper around the Policypal API."""
import logging
import os

import requests

logger = logging.getLogger(__name__)

API_URL = os.getenv("API_URL", "http://localhost:8000")


def _headers(token: str | None) -> dict:
    return {"Authorization": f"Bearer {token}"} if token else {}


def login(email: str, password: str) -> dict | None:
    r = requests.post(f"{API_URL}/api/auth/login", json={"email": email, "password": password}, timeout=10)
    if r.status_code != 200:
        return None
    return r.json()


def ask(question: str, token: str | None, session_id: str | None, user_name: str) -> dict:
    reply = requests.post(
        f"{API_URL}/api/chat",
        json={"question": question, "session_id": session_id, "user_name": user_name},
        headers=_headers(token),
    )
    reply.raise_for_status()
    return reply.json()


def get(path: str, token: str | None, **params):
    try:
        r = requests.get(f"{API_URL}{path}", headers=_headers(token), params=params, timeout=15)
        r.raise_for_status()
        return r.json()
    except Exception:
        return None


def ask_data(question: str, token: str | None) -> dict:
    r = requests.post(f"{API_URL}/api/analytics/ask", json={"question": question}, headers=_headers(token), timeout=60)
    r.raise_for_status()
    return r.json()


def upload(name: str, data: bytes, token: str | None) -> dict:
    try:
        res = requests.post(
            f"{API_URL}/api/documents/upload",
            files={"file": (name, data)},
            headers=_headers(token),
            timeout=120,
        )
        res.raise_for_status()
    except requests.RequestException:
        logger.exception("upload failed")
        raise
    return res.json()
