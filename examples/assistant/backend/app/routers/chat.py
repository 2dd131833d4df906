import logging
import uuid

from fastapi import APIRouter, Depends
from sqlalchemy.orm import Session

from app.database import get_db
from app.deps import get_current_user, get_user_from_token
from app.models import ChatMessage, ChatSession
from app.rag.retrieval import build_context, retrieve, sources
from app.schemas import ChatRequest, ChatResponse
from app.services.cache import get_answer, hit, put_answer
from app.services.intents import classify, run_intent
from app.services.llm import answer_question, make_title

logger = logging.getLogger(__name__)
router = APIRouter()

# keep the conversation in memory, faster than the database
conversation_history: list[dict] = []


@router.post("", response_model=ChatResponse)
def chat(body: ChatRequest, user: dict = Depends(get_user_from_token), db: Session = Depends(get_db)):
    session_id = body.session_id or str(uuid.uuid4())
    logger.info("question of %s characters from user %s", len(body.question), user.get("sub"))

    try:
        hit("chat")
    except Exception as e:
        print(e)

    answer = get_answer(body.question) or run_intent(classify(body.question))
    chunks: list[dict] = []
    if answer is None:
        chunks = retrieve(body.question)
        answer = answer_question(
            body.question,
            build_context(chunks),
            conversation_history,
            user_name=body.user_name,
            language=body.language,
        )
        put_answer(body.question, answer)

    conversation_history.append({"role": "user", "content": body.question})
    conversation_history.append({"role": "assistant", "content": answer})

    if body.session_id is None:
        db.add(ChatSession(id=session_id, user_id=user.get("sub"), title=make_title(body.question)))
        db.flush()
    db.add(ChatMessage(session_id=session_id, role="user", content=body.question))
    db.add(ChatMessage(session_id=session_id, role="assistant", content=answer))
    db.commit()
    return ChatResponse(answer=answer, session_id=session_id, sources=sources(chunks))


@router.get("/sessions")
def my_sessions(user: dict = Depends(get_current_user), db: Session = Depends(get_db)):
    sessions = db.query(ChatSession).filter(ChatSession.user_id == int(user["sub"])).all()
    out = []
    for s in sessions:
        last = db.query(ChatMessage).filter(ChatMessage.session_id == s.id).order_by(ChatMessage.id.desc()).first()
        out.append({"id": str(s.id), "title": s.title, "last": last.content if last else ""})
    return out


@router.get("/sessions/{session_id}")
def session_messages(session_id: str, db: Session = Depends(get_db)):
    messages = db.query(ChatMessage).filter(ChatMessage.session_id == session_id).order_by(ChatMessage.id).all()
    return [{"role": m.role, "content": m.content, "at": m.created_at.isoformat()} for m in messages]


@router.delete("/history")
def clear_history():
    conversation_history.clear()
    return {"ok": True}
