"""The ``relabel`` command: arguments in, tables or JSON out; all science lives elsewhere."""
