"""Time `assess` against its floor: reading and parsing the same code files once, in one process."""

from __future__ import annotations

import argparse
import compileall
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from statistics import median
from time import perf_counter

from ast_grep_py import SgRoot

from shipworthy.assess import assess
from shipworthy.catalogue import select
from shipworthy.errors import FactUnavailable
from shipworthy.pipeline import open_prototype
from shipworthy.prototype import Prototype
from shipworthy.prototype.source import Language
from shipworthy.settings import Settings

_HERE = Path(__file__).parents[1]
_EXAMPLES = ("crm", "assistant")
_FILES, _LINES = 500, 60_000
_CODE = (".ts", ".tsx", ".js", ".jsx", ".py", ".sql")
# Facts that other facts are made of come first, so that each pays for itself alone.
_FIRST = ("facts", "unread", "modules", "dependencies", "stack", "origin", "secrets")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", type=Path, help="a real prototype instead of a synthetic one")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=0, help="0: one for each core")
    options = parser.parse_args()
    settings = Settings(workers=options.workers)
    # As pip does when it installs: under PYTHONDONTWRITEBYTECODE each run compiles all sources anew.
    compileall.compile_dir(_HERE / "src", quiet=2, rx=re.compile(r"/fixtures/"))
    with _prototype(options.path) as root:
        files = _parsed(open_prototype(root, settings))
        lines = sum((root / path).read_bytes().count(b"\n") for path, _ in files)
        print(f"{len(files)} parsed files, {lines:,} lines, {os.cpu_count()} cores\n")
        times = _measure(root, files, settings, options.rounds)
        _print_times(times, times["floor: read and parse once, one process"])
        print(f"\npeak memory of the command: {_peak_memory(root):,.0f} MB\n")
        _print_parts(root, settings, options.rounds)


@contextmanager
def _prototype(path: Path | None) -> Iterator[Path]:
    if path is not None:
        yield path.resolve()
        return
    with tempfile.TemporaryDirectory() as folder:
        yield _synthetic(Path(folder) / "synthetic")


def _synthetic(root: Path) -> Path:
    """500 code files: those of the examples, again and again under new names, padded to length."""
    for name in _EXAMPLES:
        shutil.copytree(_HERE / "examples" / name, root / name)
    sources = sorted(p for p in root.rglob("*") if p.suffix in _CODE and p.stat().st_size)
    texts = {p: p.read_text(encoding="utf-8") for p in sources}
    count, lines = len(sources), sum(t.count("\n") for t in texts.values())
    copy = 0
    while count < _FILES:
        copy += 1
        for path in sources[: _FILES - count]:
            # Several bodies in one file, each name with a number of its own: long files as in life.
            times = max(
                1, round((_LINES - lines) / (_FILES - count) / (texts[path].count("\n") + 1))
            )
            text = "".join(_renamed(texts[path], copy * 100 + i) for i in range(times))
            target = path.with_name(f"{path.stem}{copy}{path.suffix}")
            target.write_text(text, encoding="utf-8")
            count, lines = count + 1, lines + text.count("\n")
            if count == _FILES:
                break
    for arguments in (("init", "-q"), ("add", "-A", "-f")):
        subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True)
    return root


def _renamed(text: str, number: int) -> str:
    return re.sub(r"\b((?:async )?function|def|class) (\w+)", rf"\1 \g<2>{number}", text)


def _parsed(prototype: Prototype) -> list[tuple[str, Language]]:
    files = prototype.files
    return [(p, lang) for p in prototype.facts if (lang := files[p].language) is not None]


def _measure(
    root: Path, files: list[tuple[str, Language]], settings: Settings, rounds: int
) -> dict[str, float]:
    command = [sys.executable, "-m", "shipworthy"]
    runs: dict[str, Callable[[], object]] = {
        "floor: read and parse once, one process": lambda: _floor(root, files),
        "assess, in this process": lambda: assess(open_prototype(root, settings), select()),
        "assess, one worker": lambda: assess(open_prototype(root, Settings(workers=1)), select()),
        "shipworthy assess --json": lambda: _run([*command, "assess", str(root), "--json"]),
        "shipworthy --help": lambda: _run([*command, "--help"]),
        "python -c pass": lambda: _run([sys.executable, "-c", "pass"]),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):  # in turn, so that a slow minute of the machine hits all alike
        for name, run in runs.items():
            times[name].append(_seconds(run))
    return {name: median(taken) for name, taken in times.items()}


def _floor(root: Path, files: list[tuple[str, Language]]) -> None:
    for path, language in files:
        text = (root / path).read_text(encoding="utf-8", errors="replace")
        SgRoot(text, language.value).root()


def _run(argv: list[str]) -> None:
    done = subprocess.run(argv, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())


def _seconds(run: Callable[[], object]) -> float:
    start = perf_counter()
    run()
    return perf_counter() - start


def _peak_memory(root: Path) -> float:
    """Of the largest process of the command (a worker counts by itself), in megabytes."""
    program = (
        "import json, resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "print(json.dumps(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss))"
    )
    argv = [sys.executable, "-c", program, sys.executable, "-m", "shipworthy", "assess", str(root)]
    kilobytes = json.loads(subprocess.run(argv, capture_output=True, check=True).stdout)
    return float(kilobytes) / (1024 * 1024 if sys.platform == "darwin" else 1024)


def _print_times(times: dict[str, float], floor: float) -> None:
    print(f"{'':42}{'seconds':>9}{'× floor':>9}")
    for name, seconds in times.items():
        print(f"{name:42}{seconds:9.3f}{seconds / floor:9.2f}")


def _print_parts(root: Path, settings: Settings, rounds: int) -> None:
    costs: dict[str, list[float]] = {}
    for _ in range(rounds):
        start = perf_counter()
        prototype = open_prototype(root, settings)
        costs.setdefault("fact     files (walk, git, read)", []).append(perf_counter() - start)
        for name in _facts():
            taken = _seconds(lambda p=prototype, n=name: _ask(lambda: getattr(p, n)))  # type: ignore[misc]
            costs.setdefault(f"fact     {name}", []).append(taken)
        for control in select():
            taken = _seconds(lambda c=control, p=prototype: _ask(lambda: list(c.detect(p))))  # type: ignore[misc]
            costs.setdefault(f"control  {control.id}", []).append(taken)
    print(f"{'':42}{'ms':>9}")
    for name, taken in sorted(costs.items(), key=lambda c: (c[0][:4] != "fact", -median(c[1]))):
        print(f"{name:42}{median(taken) * 1000:9.1f}")


def _facts() -> list[str]:
    all_facts = [n for n, v in vars(Prototype).items() if isinstance(v, cached_property)]
    public = [n for n in all_facts if not n.startswith("_") and n not in _FIRST]
    return [*(n for n in _FIRST if n in all_facts), *public]


def _ask(question: Callable[[], object]) -> None:
    try:
        question()
    except FactUnavailable:
        return


if __name__ == "__main__":
    main()
