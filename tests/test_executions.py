"""Which places run text, and whether a model wrote it."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.executions.execution import Execution, Origin, Sink, read
from shipworthy.prototype.source import Language, Role, SourceFile

PYTHON = Language.PYTHON
ASK = 'import openai\nreply = openai.chat.completions.create(model="m")\n'
FETCH = 'const r = await fetch("https://api.openai.com/v1/chat/completions");\n'


def found_in(text: str, language: Language = Language.TYPESCRIPT) -> list[Execution]:
    name = "a.py" if language is PYTHON else "a.tsx"
    return read(Syntax(SourceFile(name, Role.PRODUCT, len(text), text, language), language))


def only(text: str, language: Language = Language.TYPESCRIPT) -> Execution:
    [found] = found_in(text, language)
    return found


@pytest.mark.parametrize(
    ("line", "sink"),
    [
        ("eval(x)", Sink.CODE),
        ("exec(x)", Sink.CODE),
        ("df.query(x)", Sink.CODE),
        ("cursor.execute(x)", Sink.SQL),
        ("pd.read_sql(x, connection)", Sink.SQL),
        ("run_query(x)", Sink.SQL),
        ("os.system(x)", Sink.SHELL),
        ("subprocess.run(x, shell=True)", Sink.SHELL),
        ('subprocess.run(["bash", "-c", x])', Sink.SHELL),
        ("st.markdown(x, unsafe_allow_html=True)", Sink.HTML),
        ("pickle.loads(x)", Sink.DESERIALISED),
    ],
)
def test_python_places(line: str, sink: Sink) -> None:
    imports = "import os, subprocess, pickle\nimport pandas as pd\nimport streamlit as st\n"
    found = only(imports + line, PYTHON)
    assert (found.sink, found.origin) == (sink, Origin.OTHER)


@pytest.mark.parametrize(
    ("line", "sink"),
    [
        ("eval(x);", Sink.CODE),
        ("new Function(x);", Sink.CODE),
        ("await pool.query(x);", Sink.SQL),
        ("await prisma.$queryRawUnsafe(x);", Sink.SQL),
        ('await supabase.rpc("exec_sql", { sql: x });', Sink.SQL),
        ("node.innerHTML = x;", Sink.HTML),
        ('node.insertAdjacentHTML("beforeend", x);', Sink.HTML),
    ],
)
def test_script_places(line: str, sink: Sink) -> None:
    assert only(line).sink is sink


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("model.eval()", PYTHON),
        ("redis.eval(SCRIPT, 1)", PYTHON),
        ("ast.literal_eval(x)", PYTHON),
        ("subprocess.run(['ls', x])", PYTHON),
        ("supabase.table('a').select('*').execute()", PYTHON),
        ("const m = /a/.exec(text);", Language.TYPESCRIPT),
        ("queryClient.invalidateQueries(x); document.querySelector(x);", Language.TYPESCRIPT),
        ('await supabase.rpc("count_leads", { query: x });', Language.TYPESCRIPT),
    ],
)
def test_what_runs_nothing_is_no_place(text: str, language: Language) -> None:
    assert found_in(text, language) == []


@pytest.mark.parametrize(
    "way",
    [
        "exec(reply.choices[0].message.content)",
        "code = reply.choices[0].message.content.strip()\nexec(code)",
        "import re\nm = re.search('x', reply.choices[0].message.content)\nexec(m.group(1))",
        "import json\nplan = json.loads(reply.choices[0].message.content)\nexec(plan['code'])",
        "text = f'x = 1; {reply.choices[0].message.content}'\nexec(text)",
        "def run(code):\n    exec(code)\nrun(reply.choices[0].message.content)",
        "for block in reply.choices:\n    exec(block.text)",
        "parts = []\nparts.append(reply.choices[0].text)\nexec(''.join(parts))",
        "code = reply.text if reply else 'pass'\nexec(code)",
    ],
)
def test_words_of_a_model_are_followed(way: str) -> None:
    found = only(ASK + way, PYTHON)
    assert found.origin is Origin.MODEL
    assert found.steps[0].line == 2
    assert found.steps[-1] == found.location


def test_helper_that_returns_model_text_is_followed() -> None:
    text = """import openai
def ask(q):
    return openai.responses.create(input=q).output_text
def run(cursor, q):
    sql = ask(q)
    cursor.execute(sql)
"""
    assert only(text, PYTHON).origin is Origin.MODEL


@pytest.mark.parametrize(
    "way",
    [
        "cursor.execute('select 1', (reply.choices[0].text,))",
        "if reply.choices[0].text == 'a':\n    cursor.execute(SQL)",
        "cursor.execute(QUERIES[reply.choices[0].text])",
        "n = len(reply.choices[0].text)\ncursor.execute(n)",
        "def other(reply):\n    cursor.execute(reply)",
    ],
)
def test_what_a_model_only_influences_is_not_its_words(way: str) -> None:
    assert only(ASK + way, PYTHON).origin is not Origin.MODEL


def test_react_state_carries_the_words_into_the_page() -> None:
    text = (
        "function A() { const [html, setHtml] = useState('');\n"
        f"const go = async () => {{ {FETCH} const d = await r.json();"
        " setHtml(d.choices[0].message.content); };\n"
        "return <div dangerouslySetInnerHTML={{ __html: html }} />; }"
    )
    assert only(text, Language.TSX).origin is Origin.MODEL


def test_messages_in_a_list_carry_their_content() -> None:
    text = (
        "function A() { const [list, setList] = useState([]);\n"
        f"const go = async () => {{ {FETCH} const d = await r.json();"
        " setList((old) => [...old, { role: 'a', content: d.choices[0].text }]); };\n"
        "return list.map((m) => <p dangerouslySetInnerHTML={{ __html: m.content }} />); }"
    )
    assert only(text, Language.TSX).origin is Origin.MODEL


def test_chained_promises_hand_the_words_on() -> None:
    text = 'fetch("/api/chat").then((r) => r.json()).then((d) => { node.innerHTML = d.reply; });'
    assert only(text).sources == ("/api/chat",)


def test_a_sanitiser_on_the_way_is_seen() -> None:
    text = FETCH + "node.innerHTML = DOMPurify.sanitize(marked.parse(await r.text()));"
    found = only(text)
    assert (found.origin, found.sanitised) == (Origin.MODEL, True)


def test_a_check_counts_and_a_prefix_does_not() -> None:
    call = "def f(cursor):\n    sql = reply.choices[0].text\n    {}\n    cursor.execute(sql)\n"
    assert only(ASK + call.format("validate(sql)"), PYTHON).sanitised
    prefix = "if not sql.startswith('select'): return"
    assert not only(ASK + call.format(prefix), PYTHON).sanitised


def test_own_endpoints_and_imported_functions_are_named() -> None:
    text = "const { data } = await supabase.functions.invoke('sum');\nn.innerHTML = data.summary;"
    found = only(text)
    assert (found.sources, found.fields) == (("/functions/v1/sum",), ("data", "summary"))
    python = "from app.writer import to_sql\ncursor.execute(to_sql(q)['sql'])"
    assert only(python, PYTHON).sources == ("to_sql()",)


def test_agents_that_run_by_themselves_are_places() -> None:
    made = "from x import create_pandas_dataframe_agent\ncreate_pandas_dataframe_agent(llm, df{})"
    assert only(made.format(", allow_dangerous_code=True"), PYTHON).origin is Origin.MODEL
    assert found_in(made.format(""), PYTHON) == []
    sql = "from x import create_sql_agent\ncreate_sql_agent(llm, db=db)"
    assert only(sql, PYTHON).sink is Sink.SQL


def test_constants_are_constants() -> None:
    assert only("eval('1 + 1');").origin is Origin.CONSTANT
    assert only("SQL = 'select 1'\ncursor.execute(SQL)", PYTHON).origin is Origin.CONSTANT


# ruff: noqa: E501
_RUNS = "    return sqlite3.connect('a.db').cursor().execute(text).fetchall()\n"
_TOOLS = {
    "langchain": f"from langchain_core.tools import tool\n@tool\ndef look(text: str):\n{_RUNS}",
    "named": f"from langchain.tools import tool\n@tool('look')\ndef look(text):\n{_RUNS}",
    "openai": f"from agents import function_tool\n@function_tool\nasync def look(text: str):\n{_RUNS}",
    "crewai": f"from crewai.tools import tool\n@tool('Look')\ndef look(text: str):\n{_RUNS}",
    "pydantic": f"from pydantic_ai import Agent\nagent = Agent('m')\n@agent.tool_plain\ndef look(text: str):\n{_RUNS}",
    "made": f"from langchain.agents import Tool\ndef look(text):\n{_RUNS}t = Tool(name='l', func=look, description='d')\n",
    "structured": f"from langchain_core.tools import StructuredTool\ndef look(text):\n{_RUNS}t = StructuredTool.from_function(look)\n",
    "index": f"from llama_index.core.tools import FunctionTool\ndef look(text):\n{_RUNS}t = FunctionTool.from_defaults(fn=look)\n",
    "class": "from langchain_core.tools import BaseTool\nclass Look(BaseTool):\n    def _run(self, text: str):\n    "
    + _RUNS,
}


@pytest.mark.parametrize("form", _TOOLS)
def test_what_a_model_hands_to_its_tool_it_has_written(form: str) -> None:
    found = only(f"import sqlite3\n{_TOOLS[form]}", PYTHON)
    assert (found.sink, found.origin) == (Sink.SQL, Origin.MODEL)


@pytest.mark.parametrize(
    "text",
    [
        f"from langchain_core.tools import tool\n@tool\ndef look(text: int):\n{_RUNS}",  # a number
        f"from langchain_core.tools import tool\ndef look(text: str):\n{_RUNS}",  # no tool
        f"from typer import tool\n@tool\ndef look(text: str):\n{_RUNS}",  # of no model
        "from langchain_core.tools import tool\n@tool\ndef look(text: str):\n"
        "    return db.execute('SELECT a FROM b WHERE c = ?', (text,))\n",
    ],
)
def test_other_functions_are_no_tools_of_a_model(text: str) -> None:
    found = found_in(f"import sqlite3\n{text}", PYTHON)
    assert found
    assert all(e.origin is not Origin.MODEL for e in found)
