"""What is wrong with somebody's data, in one line that shows none of them."""


class DataRefused(ValueError):
    """The data cannot be used as they are; the message says where and what to do."""


def names(columns: list[str], most: int = 4) -> str:
    """A few column names for a message."""
    shown = ", ".join(repr(name) for name in columns[:most])
    return shown + (f" and {len(columns) - most} more" if len(columns) > most else "")
