"""Measure the redaction: recall per kind, false positives, cost, and an independent leak benchmark.

    python benchmarks/redaction.py [--write] [--presidio presidio_evaluator-0.3.2-py3-none-any.whl]

`--write` puts the figures into docs/redaction.md. The wheel gives sentences that we did not write; only its
templates are read. The leak benchmark (pii-leak-benchmark) runs against a real gateway on 127.0.0.1.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from figures import replace_section, share
from personal_data import MAKERS, Specimen, benign, filled, specimens

from shipworthy.gateway.policy_file import read_policy
from shipworthy.gateway.redaction import recognise
from shipworthy.gateway.serve import Serving
from shipworthy.gateway.state import open_control

PAGE = Path(__file__).resolve().parent.parent / "docs/redaction.md"
SEED = 20261121
_PLACES = {"credit_card_number": "CARD", "iban": "IBAN", "phone_number": "PHONE", "email": "EMAIL",
           "ssn": "US_SSN", "ip_address": "IP"}  # fmt: skip


LETTER = (
    "Hello team, the report of the northern region shows revenue of 1,234,567 EUR for 2024, up by 12.5 per"
    " cent. Please review the attached document before the meeting on 2024-11-21 at 14:30 in room 204, and"
    " send your comments to the office. Nothing has changed since our last conversation about the budget. "
)


def recall(texts: Iterable[Specimen]) -> tuple[Counter[str], Counter[str], Counter[str]]:
    """By kind: values, values hidden whole under whatever kind, values hidden under their own kind."""
    whole: Counter[str] = Counter()
    hidden: Counter[str] = Counter()
    named: Counter[str] = Counter()
    for specimen in texts:
        found = recognise(specimen.text)
        for kind, value in specimen.values:
            start = specimen.text.index(value)
            covering = [f for f in found if f.start <= start and f.end >= start + len(value)]
            whole[kind] += 1
            hidden[kind] += bool(covering)
            named[kind] += any(f.kind == kind for f in covering)
    return whole, hidden, named


def recall_table(texts: list[Specimen]) -> list[str]:
    whole, hidden, named = recall(texts)
    lines = ["| kind | hidden | under its own name |", "|---|---|---|"]
    lines += [
        f"| {kind} | {share(hidden[kind], whole[kind])} | {share(named[kind], whole[kind])} |"
        for kind in sorted(whole)
    ]
    lines.append(
        f"| all | {share(hidden.total(), whole.total())} | {share(named.total(), whole.total())} |"
    )
    return lines


def false_alarms(count: int) -> list[str]:
    texts = list(benign(count, SEED))
    kinds: Counter[str] = Counter()
    touched = 0
    for text in texts:
        found = recognise(text)
        touched += bool(found)
        kinds.update(f.kind for f in found)
    named = ", ".join(f"{n} {kind}" for kind, n in kinds.most_common()) or "none"
    return [
        f"Benign business texts in which anything is replaced: {share(touched, len(texts))} ({named})."
    ]


def cost() -> list[str]:
    texts = {
        "prose without numbers": "Please summarise what we said about the garden and its tulips. "
        * 16,
        "a letter with a few numbers": LETTER * 4,
        "lines that are mostly numbers": " ".join(benign(18, SEED)),
        "texts full of personal data": " ".join(s.text for _, s in specimens(4, SEED)),
    }
    lines = ["| text | µs of CPU per 1,000 characters |", "|---|---|"]
    for name, text in texts.items():
        best = min(_seconds(text) for _ in range(7))
        lines.append(f"| {name} | {best * 1e6 / len(text) * 1000:.0f} |")
    return lines


def _seconds(text: str) -> float:
    started = time.process_time()
    for _ in range(100):
        recognise(text)
    return (time.process_time() - started) / 100


def presidio_sentences(wheel: Path, count: int) -> list[Specimen]:
    """Sentences of presidio-evaluator whose places are all of kinds that we claim, with our values."""
    with zipfile.ZipFile(wheel) as opened:
        name = next(n for n in opened.namelist() if n.endswith("raw_data/templates.txt"))
        templates = opened.read(name).decode("utf-8", "replace").splitlines()
    draw = random.Random(SEED)  # noqa: S311
    made = []
    for template in templates:
        text = template
        for place, kind in _PLACES.items():
            text = text.replace("{{" + place + "}}", "{" + kind + "}")
        if "{{" in text or not any(f"{{{kind}}}" in text for kind in MAKERS):
            continue
        made += [filled(text, draw) for _ in range(count)]
    return made


@contextmanager
def gateway(folder: Path, port: int, options: str) -> Iterator[tuple[str, str]]:
    """Address and key of a real gateway whose provider is what listens on a port of 127.0.0.1."""
    os.environ["CAPTURE_KEY"] = "provider-key-0123456789"
    folder.mkdir()
    file = folder / "ai.yaml"
    file.write_text(
        f"providers:\n  capture: {{url: 'http://127.0.0.1:{port}/v1', key: CAPTURE_KEY}}\n"
        "models:\n  bench: {provider: capture, price: {input: 0, output: 0}, output_tokens: 1000}\n"
        f"prototypes:\n  app: {{models: [bench]{options}}}\n"
    )
    policy = read_policy(file)
    control = open_control(file, policy)
    _, key = control.add_key("app", "", "benchmark")
    control.close()
    serving = Serving(file, policy, port=0)
    thread = threading.Thread(target=lambda: asyncio.run(serving.run()))
    thread.start()
    serving.ready.wait(30)
    try:
        yield f"http://127.0.0.1:{serving.bound_port}/v1", key
    finally:
        serving.stop()
        thread.join(40)


def leak_benchmark(folder: Path) -> Iterator[str]:
    """What pii-leak-benchmark says about what leaves."""
    out = folder / "report.json"
    with gateway(folder / "requests", 8765, "") as (address, key):
        done = _benchmark(
            "pii-leak-benchmark", "selfcheck", "--target-base-url", address, "--target-api-key", key,
            "--target-model", "bench", "--json-out", str(out),
        )  # fmt: skip
    if not out.exists():
        yield f"`pii-leak-benchmark selfcheck` did not finish: {done.stdout[-500:]}{done.stderr[-500:]}"
        return
    yield from _leak_lines(done.returncode, json.loads(out.read_text()))


def answer_benchmark(folder: Path) -> Iterator[str]:
    """What its second profile says about what comes back, by where the value stood."""
    options = ", outputs: {personal_data: withhold}"
    with gateway(folder / "answers", 8799, options) as (address, key):
        os.environ["CONFORMANCE_TARGET_API_KEY"] = key
        done = _benchmark(
            "pii-leak-benchmark-v2", "--out", str(folder / "v2"), "--only", "gateway",
            "--gateway-url", f"{address}/chat/completions", "--upstream-port", "8799",
            "--model", "bench", "--seed", "a1b2c3d4e5f60001",
        )  # fmt: skip
    report = folder / "v2" / "gateway.json"
    if not report.exists():
        yield f"`pii-leak-benchmark-v2` did not finish: {done.stdout[-500:]}{done.stderr[-500:]}"
        return
    metrics = json.loads(report.read_text())["metrics"]
    yield (
        "`pii-leak-benchmark-v2` with `outputs: {personal_data: withhold}`: values that came back right, and"
        f" values of others that got through (cutting the stream changes it by {metrics['delta_frag']:.2f}):"
    )
    yield ""
    yield "| where the value stood | came back | got through |"
    yield "|---|---|---|"
    for axis in ("request_site", "carrier", "encoding"):
        for name, row in metrics["by_axis"][axis].items():
            yield f"| {name} | {row['fidelity_rate']:.0%} | {row['leak_rate']:.0%} |"


def _benchmark(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    path = Path(sys.executable).parent / program
    return subprocess.run([path, *arguments], capture_output=True, text=True, timeout=240)


def _leak_lines(code: int, report: dict[str, object]) -> Iterator[str]:
    verdict = {0: "CLEAN", 1: "LEAK or CHECK FAILED", 2: "NOT MEASURED"}[code]
    yield f"`pii-leak-benchmark selfcheck` of a running gateway: **{verdict}**."
    checks = report.get("checks")
    if isinstance(checks, list | dict):
        rows = checks.items() if isinstance(checks, dict) else ((c.get("id"), c) for c in checks)
        yield ""
        yield "| check | passed |"
        yield "|---|---|"
        for name, check in rows:
            passed = check.get("passed") if isinstance(check, dict) else check
            yield f"| {name} | {'yes' if passed else 'no'} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--write", action="store_true", help="put the figures into docs/redaction.md"
    )
    parser.add_argument("--presidio", type=Path, help="the wheel of presidio-evaluator")
    asked = parser.parse_args()
    texts = [s for _, s in specimens(200, SEED)]
    lines = [f"{len(texts)} texts in five languages, made by benchmarks/personal_data.py:", ""]
    lines += [*recall_table(texts), "", *false_alarms(900), "", *cost(), ""]
    if asked.presidio:
        others = presidio_sentences(asked.presidio, 10)
        lines += [
            f"{len(others)} sentences from templates of presidio-evaluator, which we did not write:",
            "",
        ]
        lines += [*recall_table(others), ""]
    with tempfile.TemporaryDirectory() as folder:
        lines += leak_benchmark(Path(folder))
        lines += ["", *answer_benchmark(Path(folder))]
    print("\n".join(lines))
    if asked.write:
        replace_section(PAGE, "redaction figures", "\n".join(lines))


if __name__ == "__main__":
    main()
