"""Logic of the product that stands in several places."""
