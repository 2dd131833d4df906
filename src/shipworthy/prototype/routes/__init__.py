"""The ways in: pages, route handlers, server actions, edge functions, endpoints."""
