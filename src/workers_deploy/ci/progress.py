"""The asset upload as it goes: a bar on a terminal, a line every few seconds in a log."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final, TextIO

from workers_deploy.ci.base import Progress
from workers_deploy.ci.safe_stream import Voice
from workers_deploy.core.sizes import render_bytes
from workers_deploy.report.measures import render_duration

SECONDS_BETWEEN_LINES: Final = 5.0


class LineProgress:
    """Tells files, bytes, rate and time left through `say`, at most every five seconds."""

    def __init__(
        self,
        title: str,
        *,
        files: int,
        size: int,
        say: Callable[[str], None],
        clock: Callable[[], float],
    ) -> None:
        self._title, self._files, self._size = title, files, size
        self._say, self._clock = say, clock
        self._lock = threading.Lock()
        self._done_files = self._done_bytes = 0
        self._began = self._told = clock()

    def advance(self, files: int, size: int) -> None:
        """Add files and their raw bytes that were stored now."""
        with self._lock:
            self._done_files += files
            self._done_bytes += size
            now = self._clock()
            if now - self._told < SECONDS_BETWEEN_LINES or self._done_files >= self._files:
                return
            self._told = now
            text = self._text(now - self._began)
        self._say(text)

    def _text(self, seconds: float) -> str:
        rate = self._done_bytes / seconds
        parts = [
            f"{self._done_files:,} of {self._files:,} files",
            f"{render_bytes(self._done_bytes)} of {render_bytes(self._size)}",
            f"{render_bytes(int(rate))}/s",
        ]
        if rate:
            left = max(self._size - self._done_bytes, 0) / rate
            parts.append(f"{render_duration(left)} left")
        return f"  {self._title}: " + " · ".join(parts)


@contextmanager
def bar_progress(
    title: str, *, files: int, size: int, stream: TextIO, voices: tuple[Voice, ...]
) -> Iterator[Progress]:
    """Show a bar that makes way for what `voices` say, and goes away when it is done."""
    from tqdm import tqdm  # noqa: PLC0415 - only terminals pay for it

    lock = threading.RLock()

    class Bar(tqdm):  # type: ignore[type-arg]
        # No thread that watches, and no lock between processes: the bar is one process's own.
        monitor_interval = 0
        done_files = 0

        def advance(self, count: int, size: int) -> None:
            with lock:
                self.done_files += count
                self.set_postfix_str(f"{self.done_files}/{files} files", refresh=False)
                self.update(size)

        def pause(self) -> AbstractContextManager[object]:
            mode: AbstractContextManager[object] = self.external_write_mode(file=stream)
            return mode

    Bar.set_lock(lock)
    with Bar(
        total=size,
        desc=title,
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        dynamic_ncols=True,
        file=stream,
        leave=False,
    ) as bar:
        for voice in voices:
            voice.pause = bar.pause
        try:
            yield bar
        finally:
            for voice in voices:
                voice.pause = nullcontext
