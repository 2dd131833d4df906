"""One process in front of the models: contract, fallback, budget, redaction, kill switch."""
