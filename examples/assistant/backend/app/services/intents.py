"""Small router in front of the RAG chain: some questions need a number, not a policy."""
import logging
from typing import Literal, Optional

from openai import OpenAI, OpenAIError
from pydantic import BaseModel, ValidationError

from app.config import settings
from app.database import get_connection
from app.rag.prompts import INTENT_PROMPT

logger = logging.getLogger(__name__)

intent_client = OpenAI(api_key=settings.OPENAI_API_KEY, timeout=20, max_retries=2)


class Intent(BaseModel):
    intent: Literal["policy", "leave_balance", "headcount", "smalltalk"]
    department: Optional[str] = None


DEFAULT_INTENT = Intent(intent="policy")


def classify(message: str) -> Intent:
    try:
        response = intent_client.chat.completions.create(
            model="gpt-4o-mini-2024-07-18",
            messages=[
                {"role": "system", "content": INTENT_PROMPT},
                {"role": "user", "content": message},
            ],
            response_format={"type": "json_object"},
        )
        return Intent.model_validate_json(response.choices[0].message.content)
    except (OpenAIError, ValidationError) as exc:
        logger.warning("intent fell back to policy: %s", type(exc).__name__)
        return DEFAULT_INTENT


def headcount(intent: Intent) -> str:
    conn = get_connection()
    try:
        with conn.cursor() as cur:
            cur.execute(
                "SELECT count(*) FROM employees e JOIN departments d ON d.id = e.department_id "
                "WHERE %s::text IS NULL OR d.name = %s",
                (intent.department, intent.department),
            )
            return f"There are {cur.fetchone()[0]} people."
    finally:
        conn.close()


def smalltalk(intent: Intent) -> str:
    return "Hi! Ask me anything about our policies 🙂"


HANDLERS = {"headcount": headcount, "smalltalk": smalltalk}


def run_intent(intent: Intent) -> str | None:
    handler = HANDLERS.get(intent.intent)
    return handler(intent) if handler else None
