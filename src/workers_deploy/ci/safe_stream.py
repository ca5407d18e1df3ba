"""Writes to a stream of the process, so that nothing that happens to the log can hurt a deploy."""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TextIO

from workers_deploy.ci.neutralized import neutralise
from workers_deploy.ci.redactor import Redactor


class Voice:
    """One stream, one line at a time from any thread; what it says is masked and powerless."""

    def __init__(self, stream: TextIO, redactor: Redactor) -> None:
        self._stream = stream
        self._redactor = redactor
        self._lock = threading.Lock()
        # Takes away, for the time of a line, what else stands on the terminal.
        self.pause: Callable[[], AbstractContextManager[object]] = nullcontext

    def clean(self, text: str) -> str:
        """Return the text masked and with nothing in it that a CI system would obey."""
        # Twice: taking control characters out can put the pieces of a value together.
        return self._redactor.redact(neutralise(self._redactor.redact(text)))

    def say(self, text: str) -> None:
        """Write a text that may come from anywhere, as lines of its own."""
        self.command(self.clean(text))

    def command(self, text: str) -> None:
        """Write a text as it is: commands to the CI system, made of clean pieces."""
        # The reader of the log may be gone (a closed pipe, a full disk). A deploy that is under
        # way is better finished than torn apart for that.
        with self._lock, suppress(OSError), self.pause():
            self._write(f"{text}\n")

    def _write(self, text: str) -> None:
        try:
            self._stream.write(text)
        except UnicodeEncodeError:
            # A stream in ASCII, or a file name that is no Unicode.
            encoding = self._stream.encoding or "ascii"
            self._stream.write(text.encode(encoding, "replace").decode(encoding))
        self._stream.flush()
