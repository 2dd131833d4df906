"""A policy to begin with, for a prototype that has none."""

from __future__ import annotations

import json
from pathlib import Path

from shipworthy.gateway.policy_file import FILES, BrokenPolicy

_TEXT = """\
# What the AI gateway may do for this prototype. `shipworthy ai check` says what it means.
providers:
  openai:
    url: https://api.openai.com/v1
    key: OPENAI_PROVIDER_KEY        # the NAME of the environment variable; never the key itself
  # anthropic: {{url: "https://api.anthropic.com/v1", dialect: anthropic, key: ANTHROPIC_PROVIDER_KEY}}
  # gemini:
  #   url: https://generativelanguage.googleapis.com/v1beta
  #   dialect: gemini
  #   key: GEMINI_PROVIDER_KEY
  # local: {{url: "http://127.0.0.1:11434", dialect: ollama}}

models:                             # the names that the prototype uses
  gpt-4o-mini: {{provider: openai}}
  # llama3.2: {{provider: local}}

prototypes:
  {name}:
    models: [gpt-4o-mini]           # asked in this order: the next one when the first is down
    timeouts: {{first_byte: 30, idle: 30, total: 120}}
    budget: {{day: 5.00, per_user: 0.50, soft: 0.8}}
    message: "The assistant is not available right now."   # said while off or down
    features:
      default: {{}}
      # summary:
      #   contract: {{type: object, required: [title], properties: {{title: {{type: string}}}}}}
      #   answers: [{{answer: {{title: "No summary right now"}}}}]
"""


def write_example(folder: Path) -> Path:
    """Write the policy. Raises BrokenPolicy where there is one already, or it cannot be written."""
    file = folder / FILES[0]
    if any((folder / name).exists() for name in FILES) or file.parent.is_symlink():
        raise BrokenPolicy(f"{file} exists already; nothing was changed")
    try:
        file.parent.mkdir(exist_ok=True)
        with file.open("x", encoding="utf-8") as opened:
            opened.write(_TEXT.format(name=json.dumps(folder.resolve().name or "app")))
    except OSError as error:
        raise BrokenPolicy(f"{file} cannot be written: {error.strerror}") from error
    return file
