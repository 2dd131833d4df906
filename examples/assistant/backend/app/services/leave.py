import ast
import logging

from openai import OpenAI, OpenAIError
from sqlalchemy.orm import Session

from app.config import settings
from app.models import Employee, LeaveBalance
from app.rag.prompts import LEAVE_PROMPT, TAGS_PROMPT

logger = logging.getLogger(__name__)

client = OpenAI(api_key=settings.OPENAI_API_KEY, timeout=15)


def balance_for(session: Session, employee_id: int) -> dict:
    employee = session.get(Employee, employee_id)
    if employee is None:
        return {}
    rows = session.query(LeaveBalance).filter(LeaveBalance.employee_id == employee_id).all()
    return {r.kind: float(r.days_total - r.days_used) for r in rows}


def balances_for_team(session: Session, employee_ids: list[int]) -> dict[int, dict]:
    rows = session.query(LeaveBalance).filter(LeaveBalance.employee_id.in_(employee_ids)).all()
    result: dict[int, dict] = {i: {} for i in employee_ids}
    for r in rows:
        result[r.employee_id][r.kind] = float(r.days_total - r.days_used)
    return result


def calculate_days(request_text: str) -> float | None:
    """'I start in April, how many days do I get?' -> 18.75"""
    try:
        reply = client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[
                {"role": "system", "content": LEAVE_PROMPT},
                {"role": "user", "content": request_text},
            ],
        )
    except OpenAIError:
        logger.exception("leave calculation not available")
        return None
    expression = reply.choices[0].message.content
    return float(eval(expression))


def suggest_tags(policy_text: str) -> list[str]:
    try:
        tags_reply = client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[{"role": "system", "content": TAGS_PROMPT}, {"role": "user", "content": policy_text[:4000]}],
            timeout=10,
        )
        # literal_eval, not eval: the text comes from the model
        tags = ast.literal_eval(tags_reply.choices[0].message.content)
        return [str(t) for t in tags][:5]
    except (OpenAIError, ValueError, SyntaxError):
        logger.warning("no tags suggested", exc_info=True)
        return []
