import logging

from fastapi import APIRouter, BackgroundTasks, Request

from app.rag.retrieval import build_context, retrieve
from app.services.llm import answer_question
from app.services.slack import post_message, user_info

logger = logging.getLogger(__name__)
router = APIRouter()


def reply_in_slack(event: dict) -> None:
    question = event.get("text", "")
    name = user_info(event.get("user", "")).get("real_name", "there")
    try:
        context = build_context(retrieve(question))
        answer = answer_question(question, context, [], user_name=name, language="English")
        post_message(event["channel"], answer, thread_ts=event.get("ts"))
    except Exception as e:
        print(f"Slack reply failed: {e}")


@router.post("/slack")
async def slack_events(request: Request, background: BackgroundTasks):
    body = await request.json()
    print("Slack event, token:", body.get("token"))
    if body.get("type") == "url_verification":
        return {"challenge": body["challenge"]}
    event = body.get("event", {})
    if event.get("type") in ("app_mention", "message") and not event.get("bot_id"):
        background.add_task(reply_in_slack, event)
    return {"ok": True}


@router.post("/payroll")
async def payroll_done(request: Request):
    body = await request.json()
    logger.info("payroll run %s finished with %s payslips", body.get("run_id"), body.get("count"))
    return {"ok": True}
