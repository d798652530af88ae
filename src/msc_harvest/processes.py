"""Other processes of this host: whether the one that left a file behind still lives."""

from __future__ import annotations

import os


def process_exists(pid: int | str) -> bool:
    """Whether a process of this host has that number; True where that cannot be told, so that no work is taken for
    a leftover. What is no number of a process (text, zero, negative) exists nowhere."""
    if not isinstance(pid, int) or pid <= 0:
        return False
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except OSError:
        return True
    return True
