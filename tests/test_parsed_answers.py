"""Where the answer of a model is read as JSON, and whether its fields are stored."""

from __future__ import annotations

from pathlib import Path

from planting import prototype_of

ASKS = """import json
from openai import OpenAI

client = OpenAI(timeout=30)


def wisdom(counts: dict) -> dict:
    answer = client.chat.completions.create(model="gpt-4o-2024-08-06", messages=[])
    said = json.loads(answer.choices[0].message.content)
"""


def test_what_stands_after_a_call_is_not_given_to_it(tmp_path: Path) -> None:
    text = f"{ASKS}    total = sum(counts.values())\n    return dict(said=said, total=total)\n"
    [answer] = prototype_of(tmp_path, {"wisdom.py": text}).parsed_answers
    assert answer.stored == ""


def test_a_field_that_a_call_writes_is_stored(tmp_path: Path) -> None:
    text = f'{ASKS}    rows.insert({{"text": said["text"]}})\n    return said\n'
    [answer] = prototype_of(tmp_path, {"wisdom.py": text}).parsed_answers
    assert answer.stored == "insert"
