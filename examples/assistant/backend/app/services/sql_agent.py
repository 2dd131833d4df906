"""Ask your data: question -> SQL -> rows -> explanation."""
import json
import logging

from openai import OpenAI
from psycopg2.extras import RealDictCursor

from app.config import settings
from app.database import get_connection
from app.rag.prompts import EXPLAIN_PROMPT, SQL_PROMPT
from app.utils.text import strip_code_fence

logger = logging.getLogger(__name__)

sql_client = OpenAI(api_key=settings.OPENAI_API_KEY)


def question_to_sql(question: str) -> str:
    completion = sql_client.chat.completions.create(
        model="gpt-4o",
        messages=[
            {"role": "system", "content": SQL_PROMPT},
            {"role": "user", "content": question},
        ],
        temperature=0,
    )
    return strip_code_fence(completion.choices[0].message.content)


def run_question(question: str) -> dict:
    sql_from_model = question_to_sql(question)
    conn = get_connection()
    cursor = conn.cursor(cursor_factory=RealDictCursor)
    cursor.execute(sql_from_model)
    rows = [dict(r) for r in cursor.fetchall()]
    conn.commit()
    conn.close()
    logger.info("ask-data returned %s rows", len(rows))
    return {"sql": sql_from_model, "rows": rows, "explanation": explain(question, rows)}


def explain(question: str, rows: list[dict]) -> str:
    answer = sql_client.chat.completions.create(
        model="gpt-4o",
        messages=[
            {"role": "system", "content": EXPLAIN_PROMPT},
            {"role": "user", "content": f"{question}\n\n{json.dumps(rows, default=str)}"},
        ],
    )
    return answer.choices[0].message.content
