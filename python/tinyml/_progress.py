# SPDX-License-Identifier: Apache-2.0
"""What is shown while something takes time."""

from __future__ import annotations

import sys
from collections.abc import Callable

from . import _tinyml


class _ProgressPrinter:
    """A bar on a terminal; a line a stage elsewhere."""

    def __init__(self):
        self._terminal = sys.stderr.isatty()

    def __call__(self, stage: str, done: int, total: int, seconds_left: float, detail: str) -> None:
        finished = done >= total
        if not self._terminal:
            if finished or done % max(1, total // 4) == 0:
                print(f"{stage} {done}/{total}  {detail}".rstrip(), file=sys.stderr)
            return
        full = 24 * done // max(1, total)
        left = f"  {seconds_left:.0f} s left" if seconds_left >= 0 and not finished else ""
        end = "\n" if finished else ""
        print(
            f"\r\033[K{stage:<9} [{'#' * full}{'.' * (24 - full)}]{left}  {detail}",
            end=end,
            file=sys.stderr,
            flush=True,
        )


def hook(progress) -> Callable:
    if progress is not None and not callable(progress):
        raise _tinyml.Error(f"progress is a function, not {progress!r}")
    return progress or _ProgressPrinter()
