"""One thread for the linear algebra while anything of ours is at work in this process.

Used round every search. The matrices are small: more threads would cost time, and change the last
digits of what is computed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import threadpoolctl

__all__ = ["one_thread"]

_LOCK = threading.Lock()
_HELD: list[threadpoolctl.threadpool_limits] = []  # the limit itself, once for all who are at work
_AT_WORK: list[None] = []  # one entry each


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold the linear algebra to one thread, and leave it as it was found.

    The limit is the whole process's. Work that overlaps in several threads shares one: the first
    sets it and the last takes it away, or else whoever ended first would take it from the others,
    and whoever ended last would put back what the first had set.
    """
    with _LOCK:
        if not _AT_WORK:
            _HELD.append(threadpoolctl.threadpool_limits(limits=1, user_api="blas"))
            _let_go()
        _AT_WORK.append(None)
    try:
        yield
    finally:
        with _LOCK:
            _AT_WORK.pop()
            if not _AT_WORK:
                _HELD.pop().restore_original_limits()
                _let_go()


def _let_go() -> None:
    """Let other threads change the limit, too: from threadpoolctl 3.8 on only its owner may."""
    clear = getattr(threadpoolctl.OpenBLASController, "clear_controlling_thread", None)
    if clear is not None:
        clear()
