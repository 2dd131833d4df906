"""Ask the questions that only a person can answer, one by one, and keep the answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from shipworthy.cli.output import say
from shipworthy.decide.questions import QUESTIONS, Question
from shipworthy.errors import ShipworthyError
from shipworthy.intent import FILE
from shipworthy.intent.answers import Aim, Answers, Regulated
from shipworthy.intent.decide import read_answer, table_text

# Where a person types something else than shipworthy.toml holds.
_TYPED = {
    "aims": f"with commas between: {', '.join(Aim)}",
    "live": "yes or no",
    "deadline": "a day such as 2027-03-31",
    "explained": "a name, or nobody",
    "regulated": f"with commas between: {', '.join(Regulated)}; or none",
    "currency": "three letters such as EUR",
}


def ask_questions(folder: Path, known: Answers) -> Answers:
    """Ask what is not known yet; an empty line leaves a question open.

    Offers to add the answers to the folder's shipworthy.toml where that has no [decide] table.
    """
    open_ = [q for q in QUESTIONS if q.name not in known.given]
    if not open_:
        say("All questions are answered.")
        return known
    say("An empty line leaves a question open.\n")
    answers = known
    for number, question in enumerate(open_, 1):
        answers = _ask(question, f"{number}/{len(open_)}").over(answers)
    if answers != known:
        _keep(folder, answers)
    return answers


def _ask(question: Question, place: str) -> Answers:
    say(f"{place}  {question.asks}  ({question.why})")
    while True:
        said = _line(_TYPED.get(question.name, question.form))
        if not said:
            return Answers()
        try:
            return read_answer(question.name, _details(question.name, said))
        except ShipworthyError as error:
            say(f"    {error}")


def _details(name: str, said: str) -> Any:
    """Who can explain it comes with a day and a record."""
    if name != "explained" or said.lower() in ("false", "no", "nobody"):
        return said
    day = _line("since when (2027-01-15)")
    record = _line("file or address of the recorded walk-through, empty for none")
    return {"by": said, "on": day, "record": record}


def _line(prompt: str) -> str:
    text: str = typer.prompt(f"    {prompt}", default="", show_default=False, err=True)
    return text.strip()


def _keep(folder: Path, answers: Answers) -> None:
    table = table_text(answers)
    file = folder / FILE
    say(f"\n{table}")
    if file.is_symlink() or (file.is_file() and "[decide" in file.read_text(encoding="utf-8")):
        say(f"{FILE} has a [decide] table, which is not touched: put the lines above there.")
        return
    if typer.confirm(f"Add this to {file}?", default=True, err=True):
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"\n{table}" if file.stat().st_size else table)
        say(f"Added to {file}.")
