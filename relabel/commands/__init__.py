"""One module a command, with SUMMARY, ``add_arguments(parser)`` and ``main(args) -> int``.

The module's docstring is the command's description.  Nothing heavy is imported at the top of a
module: ``relabel --help`` loads them all.
"""
