"""The REST interface of the stand-in: tables, views and functions as PostgREST serves them."""
