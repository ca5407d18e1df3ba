"""Reading until equal: Cloudflare's reads lag behind its writes."""

from collections.abc import Callable, Sequence

from workers_deploy.api.live.script import UNKNOWN_SCRIPT
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import MismatchError, RefusedError

LAG_SECONDS = 30.0
FIRST_WAIT = 0.25  # seconds; doubles up to LONGEST_WAIT
LONGEST_WAIT = 4.0
READS_IN_SILENCE = 3  # that take less than a second: so much lag is usual


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How waiting is done: monotonic seconds, and a sleep that a signal ends."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    deadline: float
    tell: Callable[[str], None] = lambda _: None  # hears once of a wait that takes longer

    def until_equal(self, what: str, differences: Callable[[], Sequence[str]]) -> int:
        """Read until nothing differs and return how many reads that took.

        That the script is unknown is a difference too: it may have been made a moment ago.

        Raises:
            MismatchError: something still differs after 30 s, or at the deadline.

        """
        end = min(self.clock() + LAG_SECONDS, self.deadline)
        wait, reads = FIRST_WAIT, 0
        while True:
            reads += 1
            found = _or_unseen(differences)
            if not found:
                return reads
            if self.clock() + wait > end:
                raise MismatchError(
                    f"{what} is not as planned after {LAG_SECONDS:g} s: {', '.join(found)}",
                    hint="someone may have changed it meanwhile; run again",
                )
            if reads == READS_IN_SILENCE:
                self.tell(
                    f"{what} is not as planned yet ({', '.join(found)}), reading again for up to "
                    f"{LAG_SECONDS:g} s"
                )
            self.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)


def _or_unseen(differences: Callable[[], Sequence[str]]) -> Sequence[str]:
    try:
        return differences()
    except RefusedError as refused:
        if refused.code not in UNKNOWN_SCRIPT:
            raise
        return ("no such script is seen",)
