"""What readers share of one parsed file keeps the order of the file and loses nothing."""

from __future__ import annotations

import pickle

from planting import syntax_of
from shipworthy.finding import Location
from shipworthy.prototype.code.syntax import callee, identifiers
from shipworthy.prototype.outbound.clients import is_named
from shipworthy.prototype.queries.chains import within


def test_calls_of_several_names_come_in_file_order() -> None:
    syntax = syntax_of("b.insert(x);\na.select();\nc.insert(y);\nother();\n")
    found = syntax.calls_named(("select", "insert"))
    assert [callee(call) for call in found] == ["b.insert", "a.select", "c.insert"]


def test_identifiers_hold_shorthand_properties_and_no_keys() -> None:
    found = identifiers(syntax_of("const a = 1;\nf({ a, b: a }, c.b);\n").root)
    assert [node.range().start.line for node in found["a"]] == [0, 1, 1]
    assert "b" not in found


def test_identifiers_of_python_are_found_too() -> None:
    found = identifiers(syntax_of("a = 1\nprint(a)\n", "main.py").root)
    assert [node.range().start.line for node in found["a"]] == [0, 1]


def test_walk_leaves_out_keywords_and_what_stands_inside_a_stop() -> None:
    root = syntax_of("await one(); const f = () => { await two(); }; await three();").root
    waits = within(root, frozenset({"await_expression", "await"}), frozenset({"arrow_function"}))
    assert [node.text() for node in waits] == ["await one()", "await three()"]


def test_word_inside_a_longer_one_does_not_count() -> None:
    assert is_named("got", 'import got from "got";')
    assert is_named("fetch", "await fetch(url)")
    assert not is_named("got", "forgotten, got_it")
    assert not is_named("fetch", "refetch(); prefetched")


def test_location_survives_the_way_between_processes() -> None:
    where = Location("src/a.ts", 3, 5)
    assert pickle.loads(pickle.dumps(where)) == where  # noqa: S301
