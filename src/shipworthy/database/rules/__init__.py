"""Pure readings of a replayed schema that several database controls share."""
