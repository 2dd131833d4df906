import logging
import smtplib
from email.mime.text import MIMEText
from pathlib import Path

import httpx
from jinja2 import Environment, FileSystemLoader

from app.config import settings
from app.utils.text import mask_email

logger = logging.getLogger(__name__)

env = Environment(loader=FileSystemLoader(Path(__file__).resolve().parents[1] / "templates"))


def send_mail(to: str, subject: str, html: str) -> None:
    msg = MIMEText(html, "html")
    msg["Subject"] = subject
    msg["From"] = settings.SMTP_USER
    msg["To"] = to
    with smtplib.SMTP(settings.SMTP_HOST, settings.SMTP_PORT, timeout=10) as smtp:
        smtp.starttls()
        if settings.SMTP_PASSWORD:
            smtp.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
        smtp.send_message(msg)
    logger.info("mail sent to %s", mask_email(to))


def send_otp(to: str, code: str) -> None:
    logger.info(f"OTP for {to}: {code}")
    send_mail(to, "Your Policypal code", f"<p>Your code is <b>{code}</b></p>")


def send_digest(to: str, name: str, items: list[str]) -> None:
    html = env.get_template("digest.html").render(name=name, items=items)
    send_mail(to, "📬 Your weekly Policypal digest", html)


def send_bulk(messages: list[dict]) -> int:
    """Newsletter through the mail relay."""
    sent = 0
    with httpx.Client(base_url="http://mail-relay.internal:8025", timeout=None) as relay:
        for message in messages:
            response = relay.post("/send", json=message)
            sent += response.is_success
    return sent
