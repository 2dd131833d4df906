import logging

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy.orm import Session

from app.database import get_db
from app.deps import get_current_user
from app.schemas import AskDataRequest
from app.services import analytics
from app.services.chart_agent import draw_chart
from app.services.sql_agent import run_question

logger = logging.getLogger(__name__)
router = APIRouter()


@router.get("/headcount")
def headcount(user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    return analytics.headcount_by_department(db)


@router.get("/leave")
def leave(user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    return analytics.leave_usage(db)


@router.get("/questions")
def questions(user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    return analytics.questions_per_day(db)


@router.post("/ask")
def ask(body: AskDataRequest):
    """Ask your data 🎉"""
    try:
        return run_question(body.question)
    except Exception as exc:
        raise HTTPException(status_code=500, detail=str(exc))


@router.post("/chart")
def chart(body: AskDataRequest, user: dict = Depends(get_current_user)):
    result = run_question(body.question)
    return {"image": draw_chart(body.question, result["rows"]), "sql": result["sql"]}
