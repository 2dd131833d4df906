"""Small edits keep to the style of a file, and touch only what they must."""

from __future__ import annotations

import pytest

from shipworthy.prototype.code.edits import Edit, edited
from shipworthy.prototype.code.json_edits import members, with_members, without_member
from shipworthy.prototype.code.new_imports import importing
from shipworthy.prototype.code.style import style_of
from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.handlers.path_edits import with_base_names
from shipworthy.prototype.logs.edits import Instead, without_values
from shipworthy.prototype.source import Language, Role, SourceFile
from shipworthy.prototype.waits.edits import waiting_at_once

PACKAGE = """{
  "dependencies": {
    "a": "1", // the first
    "b": "2",
    "c": "3"
  }
}
"""


def source(path: str, text: str, language: Language) -> SourceFile:
    return SourceFile(path, Role.PRODUCT, len(text), text, language)


def typescript(text: str) -> Syntax:
    return Syntax(source("a.ts", text, Language.TYPESCRIPT), Language.TYPESCRIPT)


@pytest.mark.parametrize("name", ["a", "b", "c"])
def test_a_member_of_json_goes_with_its_line_and_comma(name: str) -> None:
    text = without_member(PACKAGE, ("dependencies",), name)
    assert text is not None
    assert members(text, ("dependencies",)).keys() == {"a", "b", "c"} - {name}
    assert text.count("\n") == PACKAGE.count("\n") - 1


def test_the_only_member_leaves_an_empty_object() -> None:
    assert without_member('{ "a": {\n  "b": 1\n} }', ("a",), "b") == '{ "a": {} }'


def test_a_member_on_the_same_line_as_others_goes_alone() -> None:
    assert without_member('{ "a": 1, "b": 2, "c": 3 }', (), "b") == '{ "a": 1, "c": 3 }'
    assert without_member('{ "a": 1, "b": 2 }', (), "b") == '{ "a": 1 }'


def test_a_member_that_is_there_gets_another_value_and_a_new_one_comes_last() -> None:
    text = '{\n\t// checked\n\t"strict": false\n}\n'
    assert with_members(text, (), {"strict": "true", "noEmit": "true"}) == (
        '{\n\t// checked\n\t"strict": true,\n\t"noEmit": true\n}\n'
    )


def test_what_is_no_object_is_left_alone() -> None:
    assert with_members("[1]", ("a",), {"b": "1"}) is None
    assert without_member("", ("a",), "b") is None


def test_style_follows_single_quotes_missing_semicolons_and_tabs() -> None:
    style = style_of(typescript("import a from 'a'\n\nfunction b() {\n\treturn 'c'\n}\n"))
    assert style.written('if (x) {\n  say("no");\n}') == "if (x) {\n\tsay('no')\n}"


def test_quotes_in_markup_do_not_count() -> None:
    text = 'const a = \'b\';\nconst c = <p className="x" id="y" title="z" />;\n'
    file = source("a.tsx", text, Language.TSX)
    assert style_of(Syntax(file, Language.TSX)).quote == "'"


def test_line_ends_of_windows_are_kept() -> None:
    style = style_of(typescript('import a from "a";\r\nconst b = 1;\r\n'))
    assert style.written("a;\nb;") == "a;\r\nb;"


def test_what_is_added_ends_its_lines_as_the_others_do() -> None:
    assert edited("a\r\nb\r\n", [Edit(3, 3, "x\ny\r\n")]) == "a\r\nx\r\ny\r\nb\r\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from flask import Flask\n", "import os\n\nfrom flask import Flask\n"),
        ("import sys\n", "import os\nimport sys\n"),
        ("import logging\nimport time\n", "import logging\nimport os\nimport time\n"),
        ("import json\n\nimport jwt\n", "import json\nimport os\n\nimport jwt\n"),
        ("from typing import Any\n", "import os\nfrom typing import Any\n"),
        ('"""Doc."""\n\nimport os\n', '"""Doc."""\n\nimport os\n'),
    ],
)
def test_an_import_stands_before_the_others(text: str, expected: str) -> None:
    syntax = Syntax(source("a.py", text, Language.PYTHON), Language.PYTHON)
    assert edited(text, importing(syntax, "os")) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('console.log("To:", email);', 'console.log("To");'),
        ('console.log("To:", email, 1);', 'console.log("To:", "***", 1);'),
        ('console.log("No:", id, "to:", email);', 'console.log("No:", id);'),
        ("console.log(`To ${email} now`);", "console.log(`To *** now`);"),
        ('console.log("To " + email);', 'console.log("To " + "***");'),
        ('console.log("To", { email, id });', 'console.log("To", { id });'),
        ('console.log("To", { id, email });', 'console.log("To", { id });'),
        ('console.log("%s sent", email);', 'console.log("%s sent", "***");'),
        ("const x = 1;\nconsole.log(email);\n", "const x = 1;\n"),
        ("if (x) console.log(email);", None),
        ('console.log("To", String(await email));', None),
    ],
)
def test_a_value_goes_out_of_a_log_and_the_rest_stays(line: str, expected: str | None) -> None:
    file = source("a.ts", line, Language.TYPESCRIPT)
    found = without_values(file, lambda _, v: Instead.NOTHING if v.name == "email" else None)
    assert found == expected


def test_a_text_without_values_is_no_f_string_any_more() -> None:
    file = source("a.py", 'print(f"To {email}")\n', Language.PYTHON)
    assert without_values(file, lambda *_: Instead.NOTHING) == 'print("To ***")\n'


def test_what_stands_between_two_waits_keeps_them_apart() -> None:
    text = "async function f() {\n  await fetch(a);\n  g();\n  await fetch(b);\n}\n"
    file = source("a.ts", text, Language.TYPESCRIPT)
    assert waiting_at_once(file, []) is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "open(os.path.join(FOLDER, filename))",
            "os.path.join(FOLDER, os.path.basename(filename))",
        ),
        ("open(FOLDER / file.filename)", "FOLDER / os.path.basename(file.filename)"),
        ('open(f"{FOLDER}/{filename}")', "{FOLDER}/{os.path.basename(filename)}"),
        ("size / count", None),
        ("open(os.path.join(FOLDER, folder))", None),
        ("open(os.path.join(FOLDER, other_name))", None),
    ],
)
def test_the_last_part_of_a_name_is_kept_where_paths_are_made(
    line: str, expected: str | None
) -> None:
    text = f"import os\n\ndef save(filename, file, count, folder):\n    {line}\n"
    found = with_base_names(source("a.py", text, Language.PYTHON), 4)
    assert found is None if expected is None else expected in (found or "")


def test_a_new_member_stands_in_its_place_among_sorted_names() -> None:
    text = '{\n  "dependencies": {\n    "next": "15",\n    "zod": "4"\n  }\n}\n'
    added = with_members(text, ("dependencies",), {"react": '"19"'})
    assert added == text.replace('    "zod"', '    "react": "19",\n    "zod"')
    unsorted = text.replace('"next"', '"zustand"')
    assert with_members(unsorted, ("dependencies",), {"react": '"19"'}) == unsorted.replace(
        '"zod": "4"', '"zod": "4",\n    "react": "19"'
    )
