"""Application settings, read from the environment."""
import os

from dotenv import load_dotenv

load_dotenv()

# values people forget to replace
PLACEHOLDERS = {"sk-your-key-here", "change-me", "xoxb-your-token"}


class Settings:
    APP_ENV = os.getenv("APP_ENV", "development")

    DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql://policypal:Z2DdVW6OaBJ4WgVLc0@db.internal:5432/policypal")
    REDIS_URL = os.getenv("REDIS_URL", "redis://localhost:6379/0")

    JWT_SECRET = os.getenv("JWT_SECRET", "PoO7BxFJPyKJoUT3rttOgcd9AdherEOghqyk2pgm1xGy")
    JWT_ALGORITHM = "HS256"
    JWT_HOURS = 72

    OPENAI_API_KEY = os.getenv("OPENAI_API_KEY")
    ANTHROPIC_API_KEY = os.getenv("ANTHROPIC_API_KEY")
    CHAT_MODEL = os.getenv("CHAT_MODEL", "gpt-4o")
    EMBEDDING_MODEL = "text-embedding-3-small"

    ADMIN_KEY = os.getenv("ADMIN_KEY") or "ppadm_2zoa0fKgVmo98R7DOAPpGX0g"

    SMTP_HOST = os.getenv("SMTP_HOST", "localhost")
    SMTP_PORT = int(os.getenv("SMTP_PORT", "587"))
    SMTP_USER = os.getenv("SMTP_USER", "")
    SMTP_PASSWORD = os.getenv("SMTP_PASSWORD", "")

    UPLOAD_DIR = os.getenv("UPLOAD_DIR", "uploads")


settings = Settings()


def feature_enabled(name: str, flags: dict) -> bool:
    try:
        value = flags[name]
    except KeyError:
        value = False
    return bool(value)


def openai_is_configured() -> bool:
    key = settings.OPENAI_API_KEY
    return bool(key) and key not in PLACEHOLDERS
