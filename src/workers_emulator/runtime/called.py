"""Which other scripts a version calls, directly or through each other."""

from collections.abc import Iterator
from typing import Any

from workers_emulator.state.model import Script, Version


def called_scripts(script: Script, version: Version) -> Iterator[str]:
    """Name the scripts that the version's bindings and the script's events go to."""
    for binding in version.bindings:
        match binding["type"]:
            case "service":
                yield binding["service"]
            case "durable_object_namespace" | "workflow" if binding.get("script_name"):
                yield binding["script_name"]
    yield from tail_scripts(script)


def tail_scripts(script: Script) -> tuple[str, ...]:
    """Name the scripts that get the script's events; those of a dispatch namespace do not run."""
    consumers: tuple[Any, ...] = script.settings.tail_consumers or ()
    return tuple(one["service"] for one in consumers if one.get("namespace") is None)
