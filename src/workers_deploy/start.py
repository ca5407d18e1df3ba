"""The way into a process: it listens to signals first, and imports the rest then."""

import gc
import os
import sys
from contextlib import suppress
from typing import NoReturn

from workers_deploy.early_signals import listen


def run() -> int:
    """Run the command line of this process and return its exit code."""
    came = listen()
    # Imports leave no garbage: looking for it would take a twentieth of the start.
    gc.disable()
    from workers_deploy.__main__ import run as run_program  # noqa: PLC0415 - see above

    gc.freeze()
    gc.enable()
    return run_program(came)


def run_to_the_end() -> NoReturn:
    """Run the command line of this process and end it.

    All is told and closed by then, and the operating system takes back what is left: taking the
    interpreter apart would only be waited for.
    """
    code = run()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a reader that has gone changes no exit code
            stream.flush()
    os._exit(code)
