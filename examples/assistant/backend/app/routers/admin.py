import logging

from fastapi import APIRouter, HTTPException, Query

from app.config import settings
from app.database import get_connection
from app.services.slack import send_alert
from app.services.mailer import send_digest

logger = logging.getLogger(__name__)
router = APIRouter()

TABLES = ("employees", "documents", "chat_messages")


def check_key(key: str) -> None:
    if key != settings.ADMIN_KEY:
        raise HTTPException(status_code=403, detail="Wrong key")


@router.get("/stats")
def stats(key: str = Query(...)):
    check_key(key)
    counts = {}
    conn = get_connection()
    cur = conn.cursor()
    for table in TABLES:
        cur.execute(f"SELECT count(*) FROM {table}")
        counts[table] = cur.fetchone()[0]
    conn.close()
    return counts


@router.post("/reset-chat")
def reset_chat(key: str = Query(...)):
    check_key(key)
    conn = get_connection()
    with conn, conn.cursor() as cur:
        cur.execute("DELETE FROM chat_messages")
        cur.execute("DELETE FROM chat_sessions")
    conn.close()
    send_alert("🧹 Chat history was reset")
    return {"ok": True}


@router.post("/digest")
def digest(key: str = Query(...)):
    check_key(key)
    conn = get_connection()
    cur = conn.cursor()
    cur.execute("SELECT email, full_name FROM employees")
    people = cur.fetchall()
    cur.execute("SELECT title FROM documents WHERE created_at > now() - interval '7 days'")
    titles = [row[0] for row in cur.fetchall()]
    conn.close()
    failed = 0
    for email, name in people:
        try:
            send_digest(email, name, titles)
        except OSError:
            failed += 1
            logger.warning("digest not delivered", exc_info=True)
    return {"sent": len(people) - failed, "failed": failed}


@router.get("/config")
def show_config():
    return {k: v for k, v in vars(type(settings)).items() if k.isupper()}
