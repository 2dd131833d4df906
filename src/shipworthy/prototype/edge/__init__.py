"""What was seen when the proxy in front of the prototype was attacked."""
