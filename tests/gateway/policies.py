"""Policies for tests, as the text of their file."""

from __future__ import annotations


def one_model(url: str, feature: str = "", more: str = "") -> str:
    """One provider with one model `m`, which is free; `feature` are further lines of the prototype."""
    lines = "".join(f"    {line}\n" for line in feature.strip().splitlines())
    return f"""
providers:
  fake: {{url: "{url}", key: FAKE_KEY}}
models:
  m: {{provider: fake, price: {{input: 0, output: 0}}, output_tokens: 1000}}
prototypes:
  app:
    retries: {{attempts: 2, wait: 0.01}}
{lines}{more}
"""
