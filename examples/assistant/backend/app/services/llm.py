import logging

from openai import OpenAI

from app.config import settings
from app.rag.prompts import SYSTEM_PROMPT

logger = logging.getLogger(__name__)

client = OpenAI(api_key=settings.OPENAI_API_KEY)


def answer_question(question: str, context: str, history: list[dict], user_name: str, language: str) -> str:
    prompt = SYSTEM_PROMPT.format(
        user_name=user_name,
        language=language,
        context=context,
        question=question,
        history="\n".join(f"{m['role']}: {m['content']}" for m in history[-20:]),
    )
    response = client.chat.completions.create(
        model=settings.CHAT_MODEL,
        messages=[{"role": "system", "content": prompt}],
        temperature=0.7,
    )
    usage = response.usage
    logger.info("chat done prompt_tokens=%s completion_tokens=%s", usage.prompt_tokens, usage.completion_tokens)
    return response.choices[0].message.content


def make_title(question: str) -> str:
    res = client.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "user", "content": f"Give a four word title for this question: {question}"}],
        max_tokens=20,
    )
    return res.choices[0].message.content.strip()
