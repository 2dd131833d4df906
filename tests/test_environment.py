"""What is read as a read of an environment variable."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.secrets.environment import EnvironmentRead, read
from shipworthy.prototype.source import Language, Role, SourceFile


def reads(text: str, language: Language = Language.TYPESCRIPT) -> list[EnvironmentRead]:
    source = SourceFile("a", Role.PRODUCT, len(text), text, language)
    return read(Syntax(source, language))


def one(text: str, language: Language = Language.TYPESCRIPT) -> tuple[str, str, str | None]:
    (found,) = reads(text, language)
    return found.name, found.accessor, found.fallback


@pytest.mark.parametrize(
    ("text", "name", "accessor", "fallback"),
    [
        ("const a = process.env.A", "A", "process.env", None),
        ('const a = process.env["A"] ?? "x"', "A", "process.env", "x"),
        ("const a = process.env?.A || `x`", "A", "process.env", "x"),
        ("const a = (process.env.A || other || 'x')!", "A", "process.env", "x"),
        ('const { A = "x" } = process.env', "A", "process.env", "x"),
        ('const { A: b = "x" } = process.env', "A", "process.env", "x"),
        ("const a = import.meta.env.VITE_A", "VITE_A", "import.meta.env", None),
        ("const a = (import.meta as any).env.VITE_A", "VITE_A", "import.meta.env", None),
        ('const a = Deno.env.get("A") ?? ""', "A", "Deno.env.get", ""),
        ("const a = Bun.env.A", "A", "Bun.env", None),
        ("const a = process.env.A || 3000", "A", "process.env", "3000"),
        ("const a = process.env.A || port()", "A", "process.env", None),
    ],
)
def test_reads_of_javascript(text: str, name: str, accessor: str, fallback: str | None) -> None:
    assert one(text) == (name, accessor, fallback)


@pytest.mark.parametrize(
    ("text", "name", "accessor", "fallback"),
    [
        ('a = os.getenv("A")', "A", "os.getenv", None),
        ('a = os.getenv("A", "x")', "A", "os.getenv", "x"),
        ('a = os.getenv("A", default="x")', "A", "os.getenv", "x"),
        ('a = os.environ.get("A") or "x"', "A", "os.environ.get", "x"),
        ('a = os.environ["A"]', "A", "os.environ", None),
        ('a = st.secrets["A"]', "A", "st.secrets", None),
        ("a = st.secrets.A", "A", "st.secrets", None),
        ('class S(BaseSettings):\n    a_key: str = "x"', "A_KEY", "BaseSettings", "x"),
        ('class S(BaseSettings):\n    a: str = Field("x", env="B")', "B", "BaseSettings", "x"),
        ("class S(BaseSettings):\n    a: int = 20", "A", "BaseSettings", "20"),
        ("class S(BaseSettings):\n    a: list[str] = ['x']", "A", "BaseSettings", "[]"),
        ("class S(BaseSettings):\n    a: dict[str, str] = {'x': 'y'}", "A", "BaseSettings", "{}"),
        ("class S(BaseSettings):\n    a: str | None = None", "A", "BaseSettings", None),
        ("class S(BaseSettings):\n    a: str", "A", "BaseSettings", None),
        ("a = int(os.getenv('A', 5))", "A", "os.getenv", "5"),
        ('from decouple import config\na = config("A", default="x")', "A", "config", "x"),
    ],
)
def test_reads_of_python(text: str, name: str, accessor: str, fallback: str | None) -> None:
    assert one(text, Language.PYTHON) == (name, accessor, fallback)


@pytest.mark.parametrize(
    "text",
    [
        'process.env.A = "x"',
        "delete process.env.A",
        "const a = process.env[name]",
        "const a = config.env.A",
        'const text = "process.env.A"',
    ],
)
def test_a_write_or_a_computed_name_is_no_read(text: str) -> None:
    assert reads(text) == []


def test_python_write_is_no_read() -> None:
    assert reads('os.environ["A"] = "x"', Language.PYTHON) == []


def test_a_comparison_or_a_condition_is_no_fallback() -> None:
    assert one('const a = process.env.A === "x"')[2] is None
    assert one('const a = process.env.A && "x"')[2] is None


def test_the_function_around_a_read_is_known() -> None:
    (found,) = reads("function load() {\n  return process.env.A\n}")
    assert (found.function, found.location.line) == ("load", 2)


@pytest.mark.parametrize(
    "text", ["", "process.env.", "const {} = process.env", "env(", "\0 process.env"]
)
def test_broken_code_does_not_raise(text: str) -> None:
    for language in Language:
        reads(text, language)


def test_a_browser_prefix_reaches_the_browser() -> None:
    (found,) = reads("const a = import.meta.env.VITE_KEY")
    assert found.reaches_browser


@pytest.mark.parametrize(
    ("source", "tested"),
    [
        ("if (!import.meta.env.VITE_KEY) warn();", True),
        ("if (import.meta.env.VITE_KEY && ready) go();", True),
        ("const set = Boolean(import.meta.env.VITE_KEY);", True),
        ("if (typed === import.meta.env.VITE_KEY) go();", False),
        ("if (ready) use(import.meta.env.VITE_KEY);", False),
        ("const key = import.meta.env.VITE_KEY || '';", False),
    ],
)
def test_asking_whether_a_variable_is_set_is_told_from_using_it(source: str, tested: bool) -> None:
    assert [found.tested for found in reads(source)] == [tested]
