"""How far the code of an entry point is followed."""

BUDGET = 6_000  # expressions per entry point; a handler of a hundred lines takes some five hundred
DEEPEST = 14  # calls of own functions inside each other, modules that hand a name on
