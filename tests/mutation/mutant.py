"""A mutant: one small change to one function, and what noticed it."""

from dataclasses import dataclass
from typing import Literal

# mutmut's codes. A mutant that ran into its time limit was noticed: some loop did not end.
KILLED = {1, 3}
OUT_OF_TIME = {-24, 24, 36, 152, 255}
REFUSED = 37
SURVIVED = 0

End = Literal["killed", "refused", "survived", "unreached"]


@dataclass(frozen=True)
class Mutant:
    """Where a change is, what it is (`old -> new`), and whether a test or a type noticed it."""

    file: str
    function: str
    change: str
    end: End
    name: str = ""


def end_of(code: int) -> End:
    """Return how a mutant ended by mutmut's code; what is odd counts as not noticed."""
    if code in KILLED | OUT_OF_TIME:
        return "killed"
    if code == REFUSED:
        return "refused"
    return "survived" if code == SURVIVED else "unreached"


def function_of(name: str) -> str:
    """Return `function` or `Class.method` of mutmut's name for a mutant.

    >>> function_of("workers_deploy.core.guards.x_check_guards__mutmut_3")
    'check_guards'
    >>> function_of("workers_deploy.core.live.xǁLiveǁnames__mutmut_12")
    'Live.names'
    """
    mangled = name.rpartition(".")[2].rpartition("__mutmut_")[0]
    return mangled.removeprefix("x_").removeprefix("xǁ").replace("ǁ", ".")


def change_of(diff: str) -> str:
    """Return what a diff takes out and puts in, on one line.

    >>> change_of("--- a\\n+++ a\\n@@ -1 +1 @@\\n-    x = 1\\n+    x = 2\\n    return x")
    'x = 1 -> x = 2'
    """
    lines = diff.splitlines()[3:]
    out = " ".join(line[1:].strip() for line in lines if line.startswith("-"))
    put = " ".join(line[1:].strip() for line in lines if line.startswith("+"))
    return f"{out} -> {put}".strip()
