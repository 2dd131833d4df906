"""Reports of an assessment: text for a terminal, JSON and SARIF for machines."""
