import logging
import os

import requests

logger = logging.getLogger(__name__)

SLACK_ALERTS_URL = "https://hooks.slack.com/services/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"
SLACK_BOT_TOKEN = os.getenv("SLACK_BOT_TOKEN", "xoxb-677856584581-1246496756525-9VMQKNdBCcUL84EhbxBStRpr")
SLACK_API = "https://slack.com/api"

REQUEST_OPTIONS = {"timeout": (3, 10)}


def send_alert(text: str) -> None:
    try:
        requests.post(SLACK_ALERTS_URL, json={"text": text})
    except:
        pass


def post_message(channel: str, text: str, thread_ts: str | None = None) -> dict:
    response = requests.post(
        f"{SLACK_API}/chat.postMessage",
        headers={"Authorization": f"Bearer {SLACK_BOT_TOKEN}"},
        json={"channel": channel, "text": text, "thread_ts": thread_ts},
        timeout=10,
    )
    response.raise_for_status()
    return response.json()


def user_info(user_id: str) -> dict:
    logger.info("slack token present: %s", bool(SLACK_BOT_TOKEN))
    res = requests.get(
        f"{SLACK_API}/users.info",
        params={"user": user_id},
        headers={"Authorization": f"Bearer {SLACK_BOT_TOKEN}"},
        **REQUEST_OPTIONS,
    )
    return res.json().get("user", {})
