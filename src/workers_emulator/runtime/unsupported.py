"""What of the deployed scripts the emulator can't run, and why; pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from workers_emulator.runtime.bindings import not_deployed, why_missing
from workers_emulator.runtime.miniflare_options import PYTHON, WHY_NOT_PYTHON, media_type
from workers_emulator.state.model import Script, State, Version

_WHY_NO_CRON = "crons do not fire here: the scheduled handler is not called"
_WHY_NO_CONSUMER = "messages are taken and not delivered: the queue handler is not called"
_WHY_NO_STREAM = "streaming tails are not simulated"
_WHY_NO_CONTAINER = "containers are not started here"
_WHY_NOT_DISPATCHED = "scripts of a dispatch namespace do not run here"


@dataclass(frozen=True, kw_only=True, slots=True)
class Unsupported:
    """One thing that does not run; `version` is None where it belongs to the script."""

    script: str
    namespace: str | None
    version: str | None
    what: str
    why: str

    def __str__(self) -> str:
        whose = self.script if self.namespace is None else f"{self.script} in {self.namespace}"
        return f"{whose}: can't run {self.what}: {self.why}"


def find_unsupported(state: State) -> list[Unsupported]:
    """Return what can't run of the live and the latest version of every script."""
    return [
        Unsupported(
            script=script.place.name,
            namespace=script.place.namespace,
            version=None if version is None else version.id,
            what=what,
            why=why,
        )
        for _, script in sorted(state.scripts.items(), key=lambda item: _order(item[1]))
        for version, what, why in _of_script(state, script)
    ]


def _order(script: Script) -> tuple[str, str]:
    return script.place.namespace or "", script.place.name


def _of_script(state: State, script: Script) -> Iterator[tuple[Version | None, str, str]]:
    if script.place.namespace is not None:
        yield None, "the script", _WHY_NOT_DISPATCHED
        return
    for version in _versions(script):
        for what, why in _of_version(state, script, version):
            yield version, what, why
    for schedule in script.schedules:
        yield None, f"the cron {schedule['cron']}", _WHY_NO_CRON
    for queue in state.queues.values():
        if any(consumer.get("script") == script.place.name for consumer in queue["consumers"]):
            yield None, f"the consumer of the queue {queue['queue_name']}", _WHY_NO_CONSUMER
    if script.settings.streaming_tail_consumers:
        yield None, "its streaming tail consumers", _WHY_NO_STREAM


def _versions(script: Script) -> list[Version]:
    """Return the live versions and the latest one, each once."""
    latest = () if script.latest is None else (script.latest,)
    return list({version.id: version for version in (*script.live, *latest)}.values())


def _of_version(state: State, script: Script, version: Version) -> Iterator[tuple[str, str]]:
    if is_python(version):
        yield "the script", WHY_NOT_PYTHON
    if version.other.get("containers"):
        yield "its containers", _WHY_NO_CONTAINER
    for binding in version.bindings:
        why = why_missing(
            binding,
            script.place.name,
            has_assets=version.assets is not None,
            reason=lambda name: _why_not_called(state, name),
        )
        if why is not None:
            yield f"the binding {binding['name']}", why


def _why_not_called(state: State, name: str) -> str | None:
    script = state.script(name)
    if script is None or not script.live:
        return not_deployed(name)
    if any(is_python(version) for version in script.live):
        return f"the script {name} can't run here: {WHY_NOT_PYTHON}"
    return None


def is_python(version: Version) -> bool:
    """Whether the version is a Python Worker."""
    main = (part for part in version.modules if part.name == version.main_module)
    return any(media_type(part.content_type) == PYTHON for part in main)
