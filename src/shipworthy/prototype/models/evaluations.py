"""Whether the answers of models are tried on cases before a change goes out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from shipworthy.finding import Location
from shipworthy.prototype.source import Role
from shipworthy.regex import regex

if TYPE_CHECKING:
    from shipworthy.prototype.prototype import Prototype

_PACKAGES = frozenset(
    """promptfoo deepeval ragas evalite braintrust autoevals @braintrust/evals inspect_ai langsmith
    openevals agentevals trulens trulens_eval giskard phoenix.evals @langchain/openevals evals
    @mastra/evals vitest-evals pydantic_evals""".split()
)
_FILES = regex(
    r"(^|/)promptfooconfig\.(ya?ml|json|js|ts)$|\.eval\.[jt]sx?$|\.evalset\.json$"
    r"|(^|/)(llm_|prompt_|ai_|rag_|model_)?(evals?|evaluations?)/[^/]+\.(py|ts|js|jsonl|ya?ml|csv|json)$"
    r"|(^|/)(test_|run_)?(llm|prompt|rag|model|answer)_?(eval|evals|evaluation|evaluator)\w*\.(py|ts|js)$"
    r"|(^|/)(golden|eval)_?(set|cases|dataset|questions)\w*\.(jsonl?|csv|ya?ml)$",
    re.IGNORECASE,
)
_GRADES = regex(
    r"(^|/)(grade|judge|score|rate)_?(responses?|answers?|outputs?|replies|chats?|conversations?)\w*\.(py|ts|js)$"
    r"|(^|/)(response|answer|output|chat(bot)?|llm)_?(grader|judge|scorer)\.(py|ts|js)$",
    re.IGNORECASE,
)
"""Scripts and tests that grade answers; of an app for schools it may be what users do."""
_LIKE = regex(
    r"(validation|evaluation|regression|benchmark)[-_]?(suite|test|harness|runner|report)|[-_/]bench(mark)?s?[-_/.]"
    r"|(^|/)(evaluate|eval|score)[-_](rag|llm|model|prompt|agent|chat(bot)?|retrieval)s?\.\w+$"
    r"|(^|/)(rag|llm|ai|agents?|prompts?|chat(bot)?)/evaluat(ion|e|or)\.\w+$"
    r"|(^|/)test[-_](\w+[-_])?(generation|answers|responses|quality|accuracy|retrieval)\.\w+$",
    re.IGNORECASE,
)


def evaluation_like(prototype: Prototype) -> Location | None:
    """A file that by its name may try answers; None where there is none."""
    found = (p for p, f in prototype.files.items() if f.language is not None and _LIKE.search(p))
    return next((Location(path) for path in found), None)


def tests_beside(prototype: Prototype) -> tuple[Location, ...]:
    """Files of tests in the very folder of a function that asks a model, whatever they make sure of."""
    folders = {prototype.files[call.location.path].folder for call in prototype.model_calls}
    return tuple(
        Location(path)
        for path, file in prototype.files.items()
        if file.folder in folders and file.language is not None and _TESTS.search(file.name)
    )


_TESTS = regex(r"^(test_.*|.*_test|tests?)\.\w+$|\.(test|spec)\.\w+$", re.IGNORECASE)


def evaluation_of(prototype: Prototype) -> Location | None:
    """Where answers are evaluated; None where no sign of it was found."""
    for path, packages in prototype.modules.packages.items():
        if packages & _PACKAGES:
            return Location(path)
    for path, file in prototype.files.items():
        graded = file.role in (Role.TEST, Role.SCRIPT) and _GRADES.search(path.replace("-", "_"))
        if graded or (_FILES.search(path) and file.role is not Role.VENDORED):
            return Location(path)
    asking = {call.location.path for call in prototype.model_calls}
    for case in prototype.tests:
        if case.asserts and asking & prototype.modules.reachable([case.location.path]):
            return case.location
    return None
