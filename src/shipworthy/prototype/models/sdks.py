"""What is known of model providers: their hosts, their packages, the calls that ask them."""

from __future__ import annotations

import re

from msgspec import Struct

from shipworthy.regex import regex

HOSTS = {
    "api.openai.com": "openai",
    "api.anthropic.com": "anthropic",
    "generativelanguage.googleapis.com": "google",
    "aiplatform.googleapis.com": "google",
    "texttospeech.googleapis.com": "google",
    "speech.googleapis.com": "google",
    "api.groq.com": "groq",
    "openrouter.ai": "openrouter",
    "api.mistral.ai": "mistral",
    "api.cohere.ai": "cohere",
    "api.cohere.com": "cohere",
    "api.perplexity.ai": "perplexity",
    "api.together.xyz": "together",
    "api.together.ai": "together",
    "api-inference.huggingface.co": "huggingface",
    "router.huggingface.co": "huggingface",
    "api.replicate.com": "replicate",
    "api.elevenlabs.io": "elevenlabs",
    "api.deepseek.com": "deepseek",
    "api.deepgram.com": "deepgram",
    "api.assemblyai.com": "assemblyai",
    "api.x.ai": "xai",
    "api.fireworks.ai": "fireworks",
    "api.stability.ai": "stability",
    "fal.run": "fal",
    "queue.fal.run": "fal",
    "ai.gateway.lovable.dev": "lovable",
    "ai-gateway.vercel.sh": "vercel",
    "localhost:11434": "ollama",
    "127.0.0.1:11434": "ollama",
    "ollama:11434": "ollama",
    "host.docker.internal:11434": "ollama",
}
"""The provider behind each host."""

_HOST_ENDINGS = {
    ".openai.azure.com": "azure",
    ".cognitiveservices.azure.com": "azure",
    ".services.ai.azure.com": "azure",
    "-aiplatform.googleapis.com": "google",
    ".endpoints.huggingface.cloud": "huggingface",
}
# Paths that only a model has, for hosts that stand in the configuration.
_PATHS = regex(
    r"/chat/completions|/v1/(messages|embeddings|completions|responses|images/generations)$"
    r"|/v1/audio/(speech|transcriptions)$"
    r"|:(stream)?[gG]enerateContent|/text-to-speech/"
)
_OLLAMA_PATHS = regex(r"/api/(generate|chat|embeddings|embed)$")
# Calls of the same hosts that ask no model.
_ASKS_NO_MODEL = regex(
    r"/(models|voices|user|files|usage|balance|subscription|account|auth/key|credits|collections"
    r"|history)"
    r"(/[^/:?]*)?/?(\?.*)?$|/v1/predictions/"
)


def provider_of_url(url: str) -> str:
    """The provider that a URL asks for an answer; '' for any other URL."""
    address = re.sub(r"^(https?|wss?)://", "", url).partition("?")[0]
    host = address.partition("/")[0].rpartition("@")[2]
    provider = HOSTS.get(host) or next(
        (name for ending, name in _HOST_ENDINGS.items() if host.endswith(ending)), ""
    )
    if provider:
        return "" if _ASKS_NO_MODEL.search(address) else provider
    if _OLLAMA_PATHS.search(address) and "{}" in host:
        return "ollama"
    return "compatible" if _PATHS.search(address) and (not host or "{}" in host) else ""


class Sdk(Struct, frozen=True):
    """One package. `calls` are the ends of callees that ask its model."""

    provider: str
    modules: tuple[str, ...]
    calls: tuple[str, ...]
    limit_options: tuple[str, ...] = ("timeout",)


_OPENAI_CALLS = tuple(
    """chat.completions.create chat.completions.parse chat.completions.stream
    beta.chat.completions.parse beta.chat.completions.stream responses.create responses.parse
    responses.stream completions.create embeddings.create images.generate images.edit
    audio.transcriptions.create audio.translations.create audio.speech.create moderations.create
    beta.threads.runs.create_and_poll beta.threads.runs.createAndPoll ChatCompletion.create
    ChatCompletion.acreate Completion.create Embedding.create Image.create Audio.transcribe""".split()
)

SDKS = (
    Sdk("openai", ("openai",), _OPENAI_CALLS),
    Sdk("groq", ("groq", "groq-sdk"), _OPENAI_CALLS),
    Sdk("together", ("together", "together-ai"), _OPENAI_CALLS),
    Sdk(
        "anthropic",
        ("anthropic", "@anthropic-ai/sdk", "@anthropic-ai/bedrock-sdk"),
        ("messages.create", "messages.stream", "messages.parse", "completions.create"),
    ),
    Sdk(
        "google",
        (
            "google.generativeai",
            "google.genai",
            "@google/generative-ai",
            "@google/genai",
            "vertexai",
            "google.cloud.aiplatform",
            "@google-cloud/vertexai",
        ),
        (
            "generateContent",
            "generateContentStream",
            "generate_content",
            "generate_content_async",
            "generate_content_stream",
            "generateImages",
            "generate_images",
            "embedContent",
            "embed_content",
            "sendMessage",
            "sendMessageStream",
            "send_message",
            "send_message_async",
        ),
        ("timeout", "request_options", "http_options", "httpOptions", "requestOptions"),
    ),
    Sdk(
        "mistral",
        ("mistralai", "@mistralai/mistralai"),
        ("chat.complete", "chat.complete_async", "chat.stream", "embeddings.create", "chat.parse"),
        ("timeout", "timeout_ms", "timeoutMs"),
    ),
    Sdk(
        "cohere",
        ("cohere", "cohere-ai"),
        (".chat", ".generate", ".embed", ".rerank", ".chat_stream", ".chatStream"),
        ("timeout", "timeoutInSeconds", "request_options"),
    ),
    Sdk("replicate", ("replicate",), (".run", ".stream", ".async_run", "predictions.create")),
    Sdk(
        "huggingface",
        ("huggingface_hub", "@huggingface/inference"),
        (
            "textGeneration",
            "textGenerationStream",
            "chatCompletion",
            "chatCompletionStream",
            "featureExtraction",
            "summarization",
            "textToImage",
            "text_generation",
            "chat_completion",
            "feature_extraction",
            "text_to_image",
            "chat.completions.create",
        ),
    ),
    Sdk("ollama", ("ollama",), (".chat", ".generate", ".embeddings", ".embed")),
    Sdk(
        "azure",
        ("azure.ai.inference",),
        (".complete", ".embed"),
        ("timeout", "connection_timeout", "read_timeout"),
    ),
    Sdk("litellm", ("litellm",), ("completion", "acompletion", "embedding", "aembedding")),
    Sdk(
        "elevenlabs",
        ("elevenlabs", "@elevenlabs/elevenlabs-js"),
        ("text_to_speech.convert", "textToSpeech.convert", ".generate"),
    ),
)
"""The clients of providers, by the packages they are imported from."""

AI_SDK_CALLS = frozenset(
    """generateText streamText generateObject streamObject embed embedMany experimental_generateImage
    generateImage experimental_transcribe experimental_generateSpeech""".split()
)
"""What the Vercel AI SDK ("ai") exports that asks a model."""

CHAIN_METHODS = frozenset(
    """invoke ainvoke stream astream batch abatch run arun predict apredict call acall query aquery
    astream_events generate agenerate complete acomplete chat achat stream_chat""".split()
)
"""Methods of LangChain and LlamaIndex objects that ask a model."""

CHAIN_MAKERS = regex(
    r"(^|\.)(Chat(OpenAI|Anthropic|Ollama|Groq|Google\w+|Mistral\w*|VertexAI|Cohere|Bedrock\w*|HuggingFace"
    r"|Perplexity|Together|Deep\w+)|AzureChatOpenAI|OpenAI|Ollama|OllamaLLM|HuggingFace(Hub|Endpoint)"
    r"|init_chat_model|LLMChain|RetrievalQA\w*(\.from_\w+)?|ConversationalRetrievalChain(\.from_\w+)?"
    r"|ConversationChain|SQLDatabaseChain(\.from_\w+)?|load_qa_chain|create_\w+_(chain|agent)"
    r"|create_agent|initialize_agent|AgentExecutor|as_query_engine|as_chat_engine"
    r"|with_structured_output|withStructuredOutput|bind_tools|bindTools|RunnableSequence\.from|pipe)$"
)
"""Callees that make such an object."""

DEFAULT_LIMITED = frozenset({"groq", "together"})
"""Providers whose client gives up after one minute when told nothing (their READMEs). OpenAI and
Anthropic wait ten minutes and try three times, Cohere waits five, google-generativeai ten; Ollama,
Hugging Face and litellm wait for ever or for hours: no useful limit for a person who waits."""
