import pandas as pd
from sqlalchemy import func
from sqlalchemy.orm import Session

from app.models import ChatMessage, ChatSession, Department, Employee, LeaveBalance


def headcount_by_department(db: Session) -> list[dict]:
    result = []
    for department in db.query(Department).all():
        count = db.query(Employee).filter(Employee.department_id == department.id).count()
        result.append({"department": department.name, "count": count})
    return result


def leave_usage(db: Session) -> list[dict]:
    rows = (
        db.query(LeaveBalance.kind, func.sum(LeaveBalance.days_total), func.sum(LeaveBalance.days_used))
        .group_by(LeaveBalance.kind)
        .all()
    )
    df = pd.DataFrame(rows, columns=["kind", "total", "used"]).astype({"total": float, "used": float})
    df["remaining"] = df.eval("total - used")
    return df.to_dict(orient="records")


def questions_per_day(db: Session) -> list[dict]:
    day = func.date_trunc("day", ChatMessage.created_at)
    rows = (
        db.query(day, func.count())
        .join(ChatSession, ChatSession.id == ChatMessage.session_id)
        .filter(ChatMessage.role == "user")
        .group_by(day)
        .order_by(day)
        .all()
    )
    return [{"day": d.date().isoformat(), "questions": n} for d, n in rows]
