"""Whoever chooses the reader and the words of a mail of Python sends it, whatever puts it together."""

from __future__ import annotations

from pathlib import Path

import pytest

from planting import prototype_of
from shipworthy.controls.access.open_email_relay.control import OpenEmailRelay
from shipworthy.controls.http.html_injection.control import HtmlInjection
from shipworthy.finding import Outcome
from shipworthy.prototype.handlers.handler import EffectKind

_HEAD = """import os, smtplib
import aiosmtplib, boto3, sendgrid
from django.core import mail as django_mail
from django.core.mail import EmailMultiAlternatives, send_mail
from email.message import EmailMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from fastapi import Depends, FastAPI
from fastapi_mail import FastMail, MessageSchema, MessageType
from flask_mail import Mail as FlaskMail, Message
from pydantic import BaseModel
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import Content, Email, Mail, To

app = FastAPI()
OWNER = "owner@example.com"


class Letter(BaseModel):
    to_email: str
    subject: str
    message: str


class Post:
    def __init__(self):
        self.client = CLIENT

    async def send(self, to, subject, text):
        BODY


kept = None


def post():
    global kept
    if kept is None:
        kept = Post()
    return kept


@app.post("/send")
async def send(letter: Letter, post: Post = Depends(post)):
    await post.send(READER, letter.subject, letter.message)
    return {"sent": True}
"""
_SES = 'boto3.client("ses", region_name=os.environ["REGION"])'
_SIMPLE = '{"Subject": {"Data": subject}, "Body": {"Html": {"Data": text}}}'
_MIME = """message = MIMEMultipart("alternative")
        message["Subject"] = subject
        message["To"] = to
        message.attach(MIMEText(text, "html"))
        """
_PLAIN = """message = EmailMessage()
        message["Subject"] = subject
        message["To"] = to
        message.set_content(text)
        """
_SENDERS = [
    (
        _SES,
        f'self.client.send_email(Source=OWNER, Destination={{"ToAddresses": [to]}}, Message={_SIMPLE})',
        "html",
    ),
    (
        'boto3.Session().client("sesv2")',
        'self.client.send_email(FromEmailAddress=OWNER, Destination={"ToAddresses": [to]},'
        f' Content={{"Simple": {_SIMPLE}}})',
        "html",
    ),
    (
        _SES,
        _MIME
        + 'self.client.send_raw_email(Destinations=[to], RawMessage={"Data": message.as_string()})',
        "html",
    ),
    (
        'smtplib.SMTP("localhost")',
        _MIME + 'self.client.sendmail(OWNER, message["To"], message.as_string())',
        "html",
    ),
    ("None", _PLAIN + 'smtplib.SMTP_SSL("localhost").send_message(message)', "text"),
    (
        "None",
        _PLAIN
        + 'message.add_alternative(text, subtype="html")\n        await aiosmtplib.send(message)',
        "html",
    ),
    (
        'SendGridAPIClient(os.environ["KEY"])',
        "self.client.send(Mail(from_email=OWNER, to_emails=to, subject=subject, html_content=text))",
        "html",
    ),
    (
        "sendgrid.SendGridAPIClient()",
        'letter = Mail(Email(OWNER), To(to), subject, Content("text/plain", text))\n'
        "        self.client.client.mail.send.post(request_body=letter.get())",
        "text",
    ),
    (
        "FastMail({})",
        "await self.client.send_message(MessageSchema(subject=subject, recipients=[to], body=text,"
        " subtype=MessageType.plain))",
        "text",
    ),
    (
        "FlaskMail()",
        "letter = Message(subject, recipients=[to])\n        letter.html = text\n"
        "        self.client.send(letter)",
        "html",
    ),
    ("None", "send_mail(subject, text, OWNER, [to])", "text"),
    (
        "None",
        "letter = EmailMultiAlternatives(subject, 'see below', OWNER, [to])\n"
        '        letter.attach_alternative(text, "text/html")\n        letter.send()',
        "html",
    ),
]


def _app(client: str, body: str, reader: str = "letter.to_email") -> dict[str, str]:
    text = _HEAD.replace("CLIENT", client).replace("BODY", body).replace("READER", reader)
    return {"requirements.txt": "fastapi\nboto3\n", "main.py": text}


@pytest.mark.parametrize(("client", "body", "words"), _SENDERS)
def test_who_writes_a_mail_is_known_behind_a_service(
    tmp_path: Path, client: str, body: str, words: str
) -> None:
    prototype = prototype_of(tmp_path, _app(client, body))
    (handler,) = prototype.handlers
    (mail,) = handler.effects_of(EffectKind.EMAIL)
    assert {o.key.rpartition(".")[2] for o in mail.sent["to"]} == {"to_email"}
    assert {o.key.rpartition(".")[2] for o in mail.sent["subject"]} == {"subject"}
    assert {o.key.rpartition(".")[2] for o in mail.sent[words]} == {"message"}
    (relay,) = OpenEmailRelay().detect(prototype)
    assert relay.outcome is Outcome.GAP
    (markup,) = HtmlInjection().detect(prototype)
    assert (markup.outcome is Outcome.GAP) == (words == "html")


@pytest.mark.parametrize(("client", "body"), [s[:2] for s in _SENDERS])
def test_a_mail_to_the_owner_is_no_relay(tmp_path: Path, client: str, body: str) -> None:
    (relay,) = OpenEmailRelay().detect(prototype_of(tmp_path, _app(client, body, "OWNER")))
    assert relay.outcome is Outcome.SATISFIED


@pytest.mark.parametrize("sending", ["new SendEmailCommand(OPTIONS)", "OPTIONS"])
def test_the_same_service_is_known_in_javascript(tmp_path: Path, sending: str) -> None:
    options = (
        "{ Source: 'a@b.example', Destination: { ToAddresses: [req.body.to] },"
        " Message: { Subject: { Data: req.body.subject }, Body: { Html: { Data: req.body.html } } } }"
    )
    call = "client.send" if "Command" in sending else "ses.sendEmail"
    text = (
        'import express from "express";\nimport AWS from "aws-sdk";\n'
        'import { SESClient, SendEmailCommand } from "@aws-sdk/client-ses";\n'
        "const client = new SESClient({});\nconst ses = new AWS.SES();\nconst app = express();\n"
        f'app.post("/send", async (req, res) => {{\n  await {call}({sending.replace("OPTIONS", options)});\n'
        "  res.json({ ok: true });\n});\napp.listen(3000);\n"
    )
    files = {"package.json": '{"dependencies": {"express": "4.19.2"}}', "index.ts": text}
    (relay,) = OpenEmailRelay().detect(prototype_of(tmp_path, files))
    assert relay.outcome is Outcome.GAP
