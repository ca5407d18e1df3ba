"""Reading until equal: Cloudflare's reads lag behind its writes."""

from collections.abc import Callable, Sequence

from workers_deploy.api.live.script import UNKNOWN_SCRIPT
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import MismatchError, RefusedError

LAG_SECONDS = 30.0
FIRST_WAIT = 0.25  # seconds; doubles up to LONGEST_WAIT
LONGEST_WAIT = 4.0
READS_IN_SILENCE = 3  # that take less than a second: so much lag is usual
# What a read of something that is there was seen to be answered for a moment, by a token that
# had worked and works again.
TRIED_ONCE_MORE = frozenset({401, 403, 404})


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How waiting is done: monotonic seconds, and a sleep that a signal ends."""

    clock: Callable[[], float]
    sleep: Callable[[float], None]
    deadline: float
    tell: Callable[[str], None] = lambda _: None  # hears once of a wait that takes longer

    def until_equal(self, what: str, differences: Callable[[], Sequence[str]]) -> int:
        """Read until nothing differs and return how many reads that took.

        A script that is unknown may have been made a moment ago, and is read again as long as reads
        may lag. Any other refusal is tried once more: the token worked until now.

        Raises:
            MismatchError: something still differs after 30 s, or at the deadline.
            RefusedError: a read is refused, so that what is live is not known.
            UnansweredError: a read is not answered.

        """
        end = min(self.clock() + LAG_SECONDS, self.deadline)
        wait, reads, refusals = FIRST_WAIT, 0, 0
        while True:
            reads += 1
            refused: RefusedError | None = None
            try:
                found = differences()
            except RefusedError as error:
                refused, refusals = error, refusals + 1
                is_unknown = error.code in UNKNOWN_SCRIPT
                if not is_unknown and (refusals > 1 or error.status not in TRIED_ONCE_MORE):
                    raise
                found = ("no such script is seen" if is_unknown else "a read was refused",)
            if not found:
                return reads
            if self.clock() + wait > end:
                if refused is not None:
                    raise refused
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
