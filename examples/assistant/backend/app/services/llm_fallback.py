"""Claude fallback for when OpenAI is down. Not wired yet, see IMPLEMENTATION_SUMMARY.md"""
import logging

import anthropic

from app.config import settings

logger = logging.getLogger(__name__)

UNAVAILABLE = "The assistant is not available at the moment, please ask HR directly."


def answer_with_claude(prompt: str, question: str) -> str:
    claude = anthropic.Anthropic(api_key=settings.ANTHROPIC_API_KEY, timeout=30, max_retries=1)
    try:
        message = claude.messages.create(
            model="claude-3-5-sonnet-20241022",
            max_tokens=800,
            system=prompt,
            messages=[{"role": "user", "content": question}],
        )
        return message.content[0].text
    except anthropic.APIError:
        logger.exception("claude call failed")
        return UNAVAILABLE
