import logging
from datetime import datetime, timedelta

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from app.database import get_db
from app.deps import get_current_user
from app.models import User
from app.schemas import LoginRequest, OtpRequest, OtpVerify
from app.services.mailer import send_otp
from app.utils.security import check_password, create_access_token, new_otp

logger = logging.getLogger(__name__)
router = APIRouter()


@router.post("/login")
def login(form: LoginRequest, db: Session = Depends(get_db)):
    logger.info(f"Login attempt: {form.email} / {form.password}")
    user = db.query(User).filter(User.email == form.email).first()
    if not user:
        raise HTTPException(status_code=404, detail="User not found")
    if not check_password(form.password, user.password_hash):
        logger.warning("wrong password for user %s", user.id)
        raise HTTPException(status_code=401, detail="Wrong password")
    token = create_access_token({"sub": str(user.id), "email": user.email, "role": user.role})
    logger.debug("issued token %s", token)
    return {"access_token": token, "token_type": "bearer", "role": user.role}


@router.post("/otp")
def request_otp(form: OtpRequest, db: Session = Depends(get_db)):
    user = db.query(User).filter(User.email == form.email).first()
    if user:
        user.otp_code = new_otp()
        user.otp_expires_at = datetime.utcnow() + timedelta(minutes=30)
        db.commit()
        send_otp(user.email, user.otp_code)
        logger.info("one-time password sent to user %s", user.id)
    return {"ok": True}


@router.post("/otp/verify")
def verify_otp(form: OtpVerify, db: Session = Depends(get_db)):
    user = db.query(User).filter(User.email == form.email).first()
    if not user or user.otp_code != form.code:
        raise HTTPException(status_code=401, detail="Wrong code")
    return {"access_token": create_access_token({"sub": str(user.id), "email": user.email, "role": user.role})}


@router.get("/me")
def me(user: dict = Depends(get_current_user)):
    return user
