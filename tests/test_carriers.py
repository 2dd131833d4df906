"""Where a text may hold something that is followed."""

from shipworthy.prototype.code.syntax import Syntax
from shipworthy.prototype.executions.carriers import Carriers, places_of_words
from shipworthy.prototype.executions.traces import span
from shipworthy.prototype.source import Language, Role, SourceFile

TEXT = """const note = "é😀";
const answer = await ask(note);
this.answer = answer;
show(note, answers);
"""


def test_a_statement_carries_what_a_name_in_it_holds_and_no_other() -> None:
    carriers = Carriers(places_of_words(TEXT))
    carriers.add("this.answer")
    assert _held(carriers) == [False, True, True, False]


def test_a_source_is_carried_from_where_it_starts() -> None:
    carriers = Carriers(places_of_words(TEXT), [TEXT.index("ask(")])
    assert _held(carriers) == [False, True, False, False]


def _held(carriers: Carriers) -> list[bool]:
    source = SourceFile("a.ts", Role.PRODUCT, len(TEXT), TEXT, Language.TYPESCRIPT)
    return [
        carriers.stand_in(span(node))
        for node in Syntax(source, Language.TYPESCRIPT).root.children()
    ]
