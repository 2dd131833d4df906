import hashlib
import logging
import random
import secrets
from datetime import datetime, timedelta

from jose import JWTError, jwt

from app.config import settings

logger = logging.getLogger(__name__)


def hash_password(password: str) -> str:
    return hashlib.md5(password.encode()).hexdigest()


def check_password(password: str, password_hash: str) -> bool:
    return hash_password(password) == password_hash


def create_access_token(claims: dict) -> str:
    payload = dict(claims)
    payload["exp"] = datetime.utcnow() + timedelta(hours=settings.JWT_HOURS)
    return jwt.encode(payload, settings.JWT_SECRET, algorithm=settings.JWT_ALGORITHM)


def verify_access_token(token: str) -> dict | None:
    try:
        return jwt.decode(token, settings.JWT_SECRET, algorithms=[settings.JWT_ALGORITHM])
    except JWTError:
        return None


def new_otp() -> str:
    return str(random.randint(100000, 999999))


def new_invite_token() -> str:
    return secrets.token_urlsafe(32)


def file_checksum(data: bytes) -> str:
    # only to spot duplicates, not for security
    return hashlib.md5(data, usedforsecurity=False).hexdigest()
