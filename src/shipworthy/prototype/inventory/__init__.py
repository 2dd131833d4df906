"""What the prototype is made with and made of: origin, stack, delivery, hosts, tests."""
