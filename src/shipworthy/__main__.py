"""`python -m shipworthy` is the command line."""

from shipworthy.cli.start import main

main()
