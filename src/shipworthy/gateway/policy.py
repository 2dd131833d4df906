"""What a gateway may do: providers, models, prototypes, their features and limits.

The types are the form of `.shipworthy/ai.yaml`: a misspelt key is an error there, never silence. Times are
in seconds, money in US dollars, sizes in bytes.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Base of every part of the file."""


class Price(Section, frozen=True):
    """US dollars per million tokens."""

    input: float
    output: float


class Provider(Section, frozen=True):
    """Where models are asked. The host of `url` is the only one that is ever spoken to for it."""

    url: str
    dialect: Literal["openai", "anthropic", "gemini", "ollama"] = "openai"
    key: str = ""  # the NAME of the environment variable that holds the key; "" sends none
    stream_usage: bool = True  # ask OpenAI-compatible servers for usage on streams
    responses: bool = True  # the server knows /responses, not only /chat/completions
    plain_http: bool = False  # allow http:// to another machine


class Model(Section, frozen=True):
    """A model under the name that callers use."""

    provider: str
    model: str = ""  # the provider's name for it; "" is the same
    price: Price | None = None  # instead of that of the price table
    output_tokens: int | None = None  # the most that it can answer, where the table does not know


class Timeouts(Section, frozen=True):
    """How long one call may take."""

    first_byte: float = 30.0  # until the answer begins, for each attempt
    idle: float = 30.0  # between two pieces of a stream
    total: float = 120.0  # with all attempts and fallbacks


class Retries(Section, frozen=True):
    """How often a model is asked again before the next of the chain."""

    attempts: int = 2  # of each model, the first included
    wait: float = 0.25  # before the second; doubles, with full jitter
    longest_wait: float = 4.0


class Breaker(Section, frozen=True):
    """When a model that keeps failing is left alone, and for how long."""

    failures: int = 5  # in a row
    seconds: float = 20.0


class Registered(Section, frozen=True):
    """An answer that needs no model. `contains` picks it by the last words of the user."""

    answer: Any  # a text, or anything that becomes JSON
    contains: str = ""  # compared without regard to case; "" fits always


class Budget(Section, frozen=True):
    """The most that may be spent in a day (UTC)."""

    day: float | None = None
    per_key: float | None = None
    per_user: float | None = None
    soft: float = 0.8  # the share from which on calls carry a warning


class RedactionOptions(Section, frozen=True):
    """What is replaced before a provider sees it."""

    enabled: bool = True
    kinds: list[str] = []  # empty: all that are known
    allow: list[str] = []  # texts that are never replaced
    names: bool = False  # names of persons as well; needs the extra for it


class ScreeningOptions(Section, frozen=True):
    """What follows from the injection score; thresholds from 0 to 1, above 1 is never."""

    enabled: bool = True
    review: float = 0.9
    strip_tools: float = 0.97
    refuse: float = 1.1


class OutputOptions(Section, frozen=True):
    """What answers may carry."""

    enabled: bool = True
    tools: list[str] | None = None  # the tools that may be called; null: all
    link_hosts: list[str] = []  # hosts that links and images may point to
    system_prompt: bool = True  # withhold a recital of how the system prompt begins
    personal_data: Literal["pass", "withhold"] = "pass"  # that was not in the request
    action: Literal["clean", "refuse"] = "clean"


class FeatureOptions(Section, frozen=True):
    """How the calls of one use in a prototype are treated; what is left out is as the prototype says."""

    models: list[str] | msgspec.UnsetType = msgspec.UNSET  # asked in this order
    timeouts: Timeouts | msgspec.UnsetType = msgspec.UNSET
    retries: Retries | msgspec.UnsetType = msgspec.UNSET
    contract: dict[str, Any] | str | msgspec.UnsetType | None = msgspec.UNSET
    cache: float | msgspec.UnsetType = msgspec.UNSET  # seconds an answer is reused; 0 never
    stale: float | msgspec.UnsetType = (
        msgspec.UNSET
    )  # seconds it may stand in while providers are down
    answers: list[Registered] | msgspec.UnsetType = msgspec.UNSET  # while off or down
    message: str | msgspec.UnsetType = (
        msgspec.UNSET
    )  # said while off or down and nothing is registered
    budget: Budget | msgspec.UnsetType = msgspec.UNSET
    output_tokens: int | msgspec.UnsetType | None = msgspec.UNSET  # the most that may be asked for
    redaction: RedactionOptions | msgspec.UnsetType = msgspec.UNSET
    screening: ScreeningOptions | msgspec.UnsetType = msgspec.UNSET
    outputs: OutputOptions | msgspec.UnsetType = msgspec.UNSET


class PrototypeOptions(FeatureOptions, frozen=True):
    """A prototype: what holds for all its features, and the features."""

    features: dict[str, FeatureOptions] = {}


class TelemetryOptions(Section, frozen=True):
    """What is written down about calls. Texts only as the provider saw them: with placeholders."""

    calls_days: float = 90.0  # how long the journal keeps what is known about a call
    texts_days: float = 0.0  # how long it keeps the texts; 0 keeps none
    spans: Literal["off", "file", "collector"] = (
        "off"  # the collector is OTEL_EXPORTER_OTLP_ENDPOINT
    )


class ServerOptions(Section, frozen=True):
    """The process itself."""

    host: str = "127.0.0.1"
    port: int = 8787
    body_bytes: int = 20_000_000
    answer_bytes: int = 64_000_000
    header_bytes: int = 32_000
    read_seconds: float = 30.0  # until a request is there, head and body
    calls: int = 1_000  # at the same time
    state: str = "gateway"  # the folder of the store, beside the file
    store: str = "sqlite"  # or env:NAME, the variable that holds the address of a PostgreSQL


class Feature(msgspec.Struct, frozen=True, kw_only=True):
    """One use of models with everything resolved."""

    prototype: str
    name: str
    models: tuple[str, ...] = ()  # empty: the model that is asked for
    timeouts: Timeouts = Timeouts()
    retries: Retries = Retries()
    contract: dict[str, Any] | None = None  # JSON Schema of the answer's text
    cache: float = 0.0
    stale: float = 86_400.0
    answers: tuple[Registered, ...] = ()
    message: str = ""
    budget: Budget = Budget()
    output_tokens: int | None = None
    redaction: RedactionOptions = RedactionOptions()
    screening: ScreeningOptions = ScreeningOptions()
    outputs: OutputOptions = OutputOptions()


DEFAULT = "default"  # the feature of calls that name none, and the prototype of keys that name none


class Prototype(msgspec.Struct, frozen=True, kw_only=True):
    """A prototype with everything resolved; it always has the feature "default"."""

    name: str
    budget: Budget
    features: dict[str, Feature]


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a gateway is told."""

    providers: dict[str, Provider]
    models: dict[str, Model]
    prototypes: dict[str, Prototype]
    breaker: Breaker = Breaker()
    telemetry: TelemetryOptions = TelemetryOptions()
    server: ServerOptions = ServerOptions()
