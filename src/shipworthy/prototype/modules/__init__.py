"""Who imports whom: the graph of the own modules and what it says of each file."""
