"""The twelve questions that only a person can answer."""

from __future__ import annotations

from dataclasses import dataclass

from shipworthy.intent.answers import Aim, Answers, Regulated


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `name` is its key in the [decide] table; `form` shows how an answer is written."""

    name: str
    asks: str
    why: str
    form: str


QUESTIONS: tuple[Question, ...] = (
    Question(
        "aims",
        "What do you optimise for, the most important first?",
        "it chooses the path",
        f"a list of {', '.join(Aim)}",
    ),
    Question(
        "users",
        "How many users do you expect within a year?",
        "it sizes the architecture",
        "a number",
    ),
    Question(
        "live",
        "Does somebody depend on it today?",
        "a rebuild then runs beside it until it is switched off",
        "true or false",
    ),
    Question("deadline", "By which day must it be launched?", "it limits the path", "2027-03-31"),
    Question(
        "team",
        "How many people work on it full-time?",
        "it turns hours into weeks",
        "a number, 0.5 for half of one person",
    ),
    Question(
        "explained",
        "Who can explain how it works, and where is the walk-through recorded?",
        "code that nobody can explain is rebuilt rather than kept",
        '{ by = "Ada", on = 2027-01-15, record = "docs/walk-through.md" }, or false for nobody',
    ),
    Question(
        "regulated",
        "Which regulated data does it hold?",
        "it can ask for a path of its own",
        f"a list of {', '.join(Regulated)}; empty for none",
    ),
    Question(
        "prototypes",
        "How many prototypes have to be brought to production the same way?",
        "a common library pays from three on",
        "a number",
    ),
    Question("budget", "What may the way to production cost?", "it is held against the estimate", "a number"),
    Question(
        "prototype_cost",
        "What did the prototype cost?",
        "production usually costs 1.5 to 3 times as much",
        "a number",
    ),
    Question("day_rate", "What does a day of an engineer cost?", "it turns hours into money", "a number"),
    Question("currency", "In which currency?", "money has one", '"EUR"'),
)  # fmt: skip


def unanswered(answers: Answers) -> tuple[Question, ...]:
    """The questions that nobody has answered."""
    return tuple(q for q in QUESTIONS if q.name not in answers.given)
