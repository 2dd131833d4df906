"""The server's code in one small language, so that what follows it is written once for all."""
