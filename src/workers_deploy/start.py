"""The way into a process: it listens to signals first, and imports the rest then."""

import gc

from workers_deploy.early import listen


def run() -> int:
    """Run the command line of this process and return its exit code."""
    came = listen()
    # Imports leave no garbage: looking for it would take a twentieth of the start.
    gc.disable()
    from workers_deploy.__main__ import run as run_program  # noqa: PLC0415 - see above

    gc.freeze()
    gc.enable()
    return run_program(came)
