"""Rate counter and answer cache in Redis."""
import hashlib

import redis

from app.config import settings

r = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2)

INCR_WITH_TTL = """
local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return n
"""


def hit(name: str, seconds: int = 60) -> int:
    return int(r.eval(INCR_WITH_TTL, 1, f"hits:{name}", seconds))


def answer_key(question: str) -> str:
    return "answer:" + hashlib.sha256(question.strip().lower().encode()).hexdigest()


def get_answer(question: str) -> str | None:
    value = r.get(answer_key(question))
    return value.decode() if value else None


def put_answer(question: str, answer: str) -> None:
    r.setex(answer_key(question), 3600, answer)
