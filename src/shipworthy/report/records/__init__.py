"""Records for people: decisions, a due-diligence pack, and compliance drafts, all from facts."""
