"""Hears the signals that come while the rest is imported, which takes a third of a second.

As the first process of a container it would not even die of them: the run would go on and deploy.
"""

import signal

STOPS = (signal.SIGTERM, signal.SIGINT)


def listen() -> list[int]:
    """Return a list that gets the number of each signal that asks this process to stop."""
    came: list[int] = []
    for number in STOPS:
        signal.signal(number, lambda received, _: came.append(received))
    return came
