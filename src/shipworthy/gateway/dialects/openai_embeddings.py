"""OpenAI embeddings: passed through to providers of the same family."""

from __future__ import annotations

from shipworthy.gateway.call import Passage, Role, Usage
from shipworthy.gateway.conversation import Answer, CannotTranslate, Conversation
from shipworthy.gateway.dialects.dialect import Body, Reader, Writer, tokens
from shipworthy.gateway.dialects.openai_chat import OpenAI


class OpenAIEmbeddings(OpenAI):
    """POST /embeddings. Vectors of one model mean nothing to another, so nothing is translated."""

    name = "openai-embeddings"

    def streams(self, body: Body) -> bool:  # noqa: ARG002
        return False

    def passages(self, body: Body) -> list[Passage]:
        given = body.get("input")
        if isinstance(given, str):
            return [Passage(body, "input", Role.USER)]
        if isinstance(given, list):
            return [Passage(given, i, Role.USER) for i, t in enumerate(given) if isinstance(t, str)]
        return []

    def output_limit(self, body: Body) -> int | None:  # noqa: ARG002
        return 0

    def limit_output(self, body: Body, tokens: int) -> None:
        pass

    def without_tools(self, body: Body) -> bool:  # noqa: ARG002
        return False

    def continued(self, body: Body, answer: str, words: str) -> Body:  # noqa: ARG002
        return body

    def path(self, model: str, stream: bool) -> str:  # noqa: ARG002
        return "/embeddings"

    def addressed(self, body: Body, model: str, stream: bool, stream_usage: bool) -> Body:  # noqa: ARG002
        return body if body.get("model") == model else {**body, "model": model}

    def is_answer(self, document: Body) -> bool:
        return isinstance(document.get("data"), list)

    def answer_passages(self, answer: Body) -> list[Passage]:  # noqa: ARG002
        return []

    def tools_called(self, document: Body) -> list[str]:  # noqa: ARG002
        return []

    def usage(self, document: Body) -> Usage | None:
        said = document.get("usage")
        return tokens(said.get("prompt_tokens"), 0) if isinstance(said, dict) else None

    def event_passages(self, event: Body) -> list[Passage]:  # noqa: ARG002
        return []

    def closes(self, event: Body) -> bool:  # noqa: ARG002
        return False

    def ends(self, event: Body) -> bool:  # noqa: ARG002
        return False

    def read_request(self, body: Body) -> Conversation:  # noqa: ARG002
        raise CannotTranslate("embeddings")

    def write_request(self, conversation: Conversation, model: str, stream: bool) -> Body:  # noqa: ARG002
        raise CannotTranslate("embeddings")

    def read_answer(self, answer: Body) -> Answer:  # noqa: ARG002
        raise CannotTranslate("embeddings")

    def write_answer(self, answer: Answer, model: str, id: str) -> Body:  # noqa: ARG002
        raise CannotTranslate("embeddings")

    def reader(self) -> Reader:
        raise CannotTranslate("embeddings")

    def writer(self, model: str, id: str) -> Writer:  # noqa: ARG002
        raise CannotTranslate("embeddings")
