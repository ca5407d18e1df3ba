"""Makes the connection to Cloudflare in a thread of its own, while the checkout is read."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from workers_deploy.errors import Problem, ProblemsError
from workers_deploy.inputs import InputsReading
from workers_deploy.read_checkout import Surroundings

if TYPE_CHECKING:
    from workers_deploy.api.endpoints.caller import Caller


def connect_ahead(
    reading: InputsReading, around: Surroundings, *, started: float
) -> "Future[Caller]":
    """Import what talks to Cloudflare, and make the connection, while the checkout is read.

    That takes 0.1 s, in which esbuild bundles on another core. Nothing is sent.
    """

    def connect_now() -> "Caller":
        from workers_deploy.assemble import connect  # noqa: PLC0415 - see above
        from workers_deploy.commands import import_command  # noqa: PLC0415

        import_command(reading.inputs.command)
        return connect(reading.inputs, around, started=started)

    pool = ThreadPoolExecutor(max_workers=1)
    connecting = pool.submit(connect_now)
    pool.shutdown(wait=False)
    return connecting


def wait_for(
    connecting: "Future[Caller]", reading: InputsReading, problems: Sequence[Problem]
) -> "Caller":
    """Return the way to Cloudflare, or raise all problems at once."""
    further: list[Problem] = []
    try:
        caller = connecting.result()
    except ProblemsError as error:
        told = {problem.subject for problem in reading.problems}
        further = [p for p in error.problems if p.subject not in told]
    else:
        if not problems:
            return caller
    raise ProblemsError([*problems, *further])
