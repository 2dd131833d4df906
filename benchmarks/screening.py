"""Measure the injection screening on texts that it was not trained on, and print or publish the figures.

    python benchmarks/screening.py [--write]

Attacks and hard benign texts: bastioncorpus (MIT) and agent-injection-bench (MIT), both from their wheels.
Texts of our own in ten languages: injections.txt, written against the classifier by somebody who had not
seen its data. Everyday texts: those of benchmarks/personal_data.py. None of them was used for training or for
choosing anything; `--write` puts the figures into docs/redaction.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from math import sqrt
from pathlib import Path

from figures import replace_section, share
from personal_data import BENIGN, SENTENCES, benign, specimens

from shipworthy.gateway.screening.classifier import score, score_piece

PAGE = Path(__file__).resolve().parent.parent / "docs/redaction.md"
SEED = 20261121
THRESHOLDS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.97)


def corpus() -> list[dict[str, str]]:
    text = (files("bastioncorpus") / "corpus/injections.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def through_tools() -> list[str]:
    text = (files("aib") / "data/attacks.jsonl").read_text(encoding="utf-8")
    return [json.loads(line)["injected"] for line in text.splitlines()]


def written_against() -> tuple[list[str], list[str]]:
    """Attacks, and texts that only look like them."""
    text = (Path(__file__).parent / "injections.txt").read_text(encoding="utf-8")
    attacks, hard = text.partition("\n")[2].split("\n---\n")
    return attacks.splitlines(), hard.splitlines()


def auc(attacks: Sequence[float], benign_scores: Sequence[float]) -> float:
    """The chance that an attack scores higher than a benign text."""
    higher = sum((a > b) + 0.5 * (a == b) for a in attacks for b in benign_scores)
    return higher / len(attacks) / len(benign_scores)


def interval(part: int, whole: int) -> str:
    """Wilson's 95 % interval, in per cent."""
    z, share_ = 1.96, part / whole
    middle = share_ + z * z / (2 * whole)
    half = z * sqrt(share_ * (1 - share_) / whole + z * z / (4 * whole * whole))
    scale = 1 + z * z / whole
    low, high = max(0.0, middle - half) / scale, (middle + half) / scale
    return f"{100 * low:.0f}-{100 * high:.0f}"


def figures() -> Iterator[str]:
    rows = corpus()
    attacks = [(r["lang"], score(r["text"])) for r in rows if r["label"] == "malicious"]
    hard = [score(r["text"]) for r in rows if r["label"] != "malicious"]
    tools = [score(text) for text in through_tools()]
    everyday = [score(text) for text in benign(900, SEED)]
    everyday += [score(s.text) for _, s in specimens(100, SEED)]
    yield f"AUC on bastioncorpus: {auc([s for _, s in attacks], hard):.2f}."
    yield ""
    yield (
        f"| threshold | attacks ({len(attacks)}) | 95 % | attacks through tools ({len(tools)}) |"
        f" hard benign ({len(hard)}) | 95 % | everyday texts ({len(everyday)}) |"
    )
    yield "|---|---|---|---|---|---|---|"
    for threshold in THRESHOLDS:
        caught = sum(s >= threshold for _, s in attacks)
        wrong = sum(s >= threshold for s in hard)
        yield (
            f"| {threshold} | {share(caught, len(attacks))} | {interval(caught, len(attacks))} |"
            f" {share(sum(s >= threshold for s in tools), len(tools))} |"
            f" {share(wrong, len(hard))} | {interval(wrong, len(hard))} |"
            f" {share(sum(s >= threshold for s in everyday), len(everyday))} |"
        )
    yield ""
    found = Counter(lang for lang, s in attacks if s >= 0.9)
    by_language = Counter(lang for lang, _ in attacks)
    shares = ", ".join(f"{lang} {found[lang]}/{by_language[lang]}" for lang in sorted(by_language))
    kinds = len(BENIGN) + sum(map(len, SENTENCES.values()))
    yield f"The everyday texts are {kinds} sentences with changing values: one that is wrong counts often."
    yield ""
    yield f"Attacks at 0.9 by language: {shares}."
    yield ""
    yield from own_figures()
    yield ""
    yield f"Cost: {cost([r['text'] for r in rows]):.2f} ms of CPU for 1,000 characters not seen before."


def own_figures() -> Iterator[str]:
    attacks, hard = ([score(text) for text in texts] for texts in written_against())
    yield (
        f"On benchmarks/injections.txt, {len(attacks)} attacks and {len(hard)} hard benign texts of our own"
        f" in ten languages, the AUC is {auc(attacks, hard):.2f}:"
    )
    yield ""
    yield f"| threshold | attacks ({len(attacks)}) | 95 % | hard benign ({len(hard)}) | 95 % |"
    yield "|---|---|---|---|---|"
    for threshold in THRESHOLDS:
        caught, wrong = (sum(s >= threshold for s in scores) for scores in (attacks, hard))
        yield (
            f"| {threshold} | {share(caught, len(attacks))} | {interval(caught, len(attacks))} |"
            f" {share(wrong, len(hard))} | {interval(wrong, len(hard))} |"
        )


def cost(texts: Sequence[str]) -> float:
    score_piece.cache_clear()
    started = time.process_time()
    for text in texts:
        score(text)
    return (time.process_time() - started) * 1e6 / sum(map(len, texts))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/redaction.md"
    )
    asked = parser.parse_args()
    text = "\n".join(figures())
    print(text)
    if asked.write:
        replace_section(PAGE, "screening figures", text)


if __name__ == "__main__":
    main()
