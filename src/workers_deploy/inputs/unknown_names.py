"""Variables that were meant to be inputs: a name that is nearly right says nothing by itself."""

from collections.abc import Collection, Mapping
from typing import Final

from workers_deploy.inputs.wrangler_action import other_names

_PREFIXES: Final = ("INPUT_", "PLUGIN_")
# Of two names that differ in one or two letters; `path` and `probe` are no such pair.
_CLOSE: Final = 0.8


def warn_of_unknown(env: Mapping[str, str], known: Mapping[str, str]) -> tuple[str, ...]:
    """Return a warning for each variable that looks like an input of ours and is none.

    `known` are the variables that are read, each with the input that it holds. Other actions of a
    job may have inputs of their own, so only what is nearly ours is told.

    >>> warn_of_unknown({"INPUT_WORKER_DEV": "true"}, {"INPUT_WORKERS_DEV": "workers_dev"})
    ('INPUT_WORKER_DEV is not an input and is ignored; did you mean workers-dev?',)
    """
    given = (name for name, text in env.items() if text and name.startswith(_PREFIXES))
    unknown = sorted(name for name in given if name not in known and name not in other_names())
    inputs = {field.replace("_", "-") for field in known.values()}
    warnings = []
    for name in unknown:
        word = name.partition("_")[2].lower().replace("_", "-")
        meant = closest(word, inputs)
        if meant:
            warnings.append(f"{name} is not an input and is ignored; did you mean {meant}?")
    return tuple(warnings)


def closest(word: str, words: Collection[str]) -> str | None:
    """Return the word that was meant, where one is near enough.

    >>> closest("deplyo", ["deploy", "delete"]), closest("name", ["main"])
    ('deploy', None)
    """
    if not word:
        return None
    from difflib import get_close_matches  # noqa: PLC0415 - only for mistakes

    return next(iter(get_close_matches(word, sorted(words), n=1, cutoff=_CLOSE)), None)
