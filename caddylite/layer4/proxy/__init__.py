"""What the ``proxy`` handler is made of."""
