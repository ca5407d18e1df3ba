"""Builds with esbuild's service: one request, callbacks while it runs, one response.

Everything runs in one thread: a callback that waits for an answer is a suspended generator, and
others go on meanwhile.
"""

import json
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from workers_deploy.dataclass import dataclass
from workers_deploy.project.esbuild.channel import Channel, Esbuild, ServiceError
from workers_deploy.project.esbuild.packets import Packet
from workers_deploy.project.esbuild.plugins import (
    FILE,
    Answer,
    Import,
    Loaded,
    Message,
    OnLoad,
    OnResolve,
    Plugin,
    PluginError,
    Question,
    Resolved,
)

_KEY = 0  # of the one build that a service is started for
_OWN = 1  # marks imports that a plugin asks for itself, which esbuild hands back as they are
_NO_MARK = -1
_Wire = Mapping[str, Any]
_Made = TypeVar("_Made")
_Registered = TypeVar("_Registered")
_Work = Generator[Question, Answer, _Made]


@dataclass(frozen=True, kw_only=True, slots=True)
class BuildRequest:
    """A build of one entry point; `flags` are those of esbuild's command line.

    Paths are absolute; `directory` is where it works.
    """

    entry: Path
    directory: Path
    flags: tuple[str, ...]
    plugins: tuple[Plugin, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    """The result of a build: its messages, and if it succeeded, its outputs and metafile."""

    messages: tuple[Message, ...]
    outputs: Mapping[Path, bytes]
    metafile: Mapping[str, Any] | None


def run_build(esbuild: Esbuild, request: BuildRequest) -> Built:
    """Build; a service that fails is reported as an error message.

    Exceptions of `esbuild.check` end the service and pass through.
    """
    try:
        with Channel(esbuild, request.directory) as channel:
            return _Build(channel, request).run()
    except ServiceError as error:
        return _failed(f"esbuild: it {error}")


def _failed(text: str) -> Built:
    return Built(messages=(Message(is_error=True, text=text),), outputs={}, metafile=None)


class _Build:
    """One build, and the callbacks that wait for an answer."""

    def __init__(self, channel: Channel, request: BuildRequest) -> None:
        self._channel = channel
        self._request = request
        self._waiting: dict[int, tuple[int, _Work[_Wire]]] = {}
        self._next_id = 1
        self._resolves: dict[int, tuple[str, OnResolve]] = {}
        self._loads: dict[int, tuple[str, OnLoad]] = {}

    def run(self) -> Built:
        self._channel.send(Packet(0, is_response=False, value=self._as_request()))
        while True:
            packet = self._channel.receive()
            if not packet.is_response:
                self._step(packet.id, self._answer(_as_mapping(packet.value)))
            elif packet.id in self._waiting:
                asked, work = self._waiting.pop(packet.id)
                self._step(asked, work, _read_answer(_as_mapping(packet.value)))
            elif packet.id == 0:
                return _read_result(_as_mapping(packet.value))
            else:
                raise ServiceError("answered what it was not asked")

    def _as_request(self) -> dict[str, Any]:
        request = self._request
        return {
            "command": "build",
            "key": _KEY,
            "entries": [["", str(request.entry)]],
            "flags": list(request.flags),
            "write": False,
            "stdinContents": None,
            "stdinResolveDir": None,
            "absWorkingDir": str(request.directory),
            "nodePaths": [],
            "context": False,
            "plugins": [self._register(plugin) for plugin in request.plugins],
        }

    def _register(self, plugin: Plugin) -> dict[str, Any]:
        for resolve in plugin.on_resolve:
            self._resolves[len(self._resolves)] = (plugin.name, resolve)
        for load in plugin.on_load:
            self._loads[len(self._loads)] = (plugin.name, load)
        resolves = list(self._resolves.items())[len(self._resolves) - len(plugin.on_resolve) :]
        loads = list(self._loads.items())[len(self._loads) - len(plugin.on_load) :]
        return {
            "name": plugin.name,
            "onStart": False,
            "onEnd": False,
            "onResolve": [_as_filter(id_, one) for id_, (_, one) in resolves],
            "onLoad": [_as_filter(id_, one) for id_, (_, one) in loads],
        }

    def _step(self, asked: int, work: _Work[_Wire], answer: Answer | None = None) -> None:
        """Run a callback until it is done or asks a question."""
        try:
            question = next(work) if answer is None else work.send(answer)
        except StopIteration as done:
            self._channel.send(Packet(asked, is_response=True, value=done.value))
            return
        self._waiting[self._next_id] = (asked, work)
        value = _as_resolve(question)
        self._channel.send(Packet(self._next_id, is_response=False, value=value))
        self._next_id += 1

    def _answer(self, asked: _Wire) -> _Work[_Wire]:
        """Return what the service asked for."""
        match asked.get("command"):
            case "ping":
                return {}
            case "on-start":
                return {"errors": [], "warnings": []}
            case "on-resolve":
                return (yield from self._resolve(asked))
            case "on-load":
                return self._load(asked)
            case command:
                raise ServiceError(f"asked {command!r}, which is unknown")

    def _resolve(self, asked: _Wire) -> _Work[_Wire]:
        imported = _read_import(asked)
        for id_, plugin, registered in _registered(self._resolves, asked):
            try:
                found = registered.callback(imported)
                if isinstance(found, Generator):
                    found = yield from found
            except PluginError as error:
                return _as_errors(id_, plugin, error)
            if found is not None:
                return _as_resolved(id_, found)
        return {}

    def _load(self, asked: _Wire) -> _Wire:
        for id_, plugin, registered in _registered(self._loads, asked):
            try:
                loaded = registered.callback(str(asked.get("path")))
            except PluginError as error:
                return _as_errors(id_, plugin, error)
            if loaded is not None:
                return _as_loaded(id_, loaded)
        return {}


def _registered(
    callbacks: Mapping[int, tuple[str, _Registered]], asked: _Wire
) -> list[tuple[int, str, _Registered]]:
    """Return the callbacks that the service asks for: id, name of the plugin, callback."""
    try:
        ids: list[int] = asked["ids"]
        return [(one, callbacks[one][0], callbacks[one][1]) for one in ids]
    except (KeyError, TypeError) as error:
        raise ServiceError(f"answered what can't be read: {error!r}") from error


def _read_import(asked: _Wire) -> Import:
    try:
        return Import(
            path=asked["path"],
            importer=asked["importer"],
            namespace=asked["namespace"],
            resolve_dir=asked["resolveDir"],
            kind=asked["kind"],
            is_own=asked.get("pluginData") == _OWN,
        )
    except KeyError as error:
        raise ServiceError(f"answered what can't be read: {error!r}") from error


def _as_mapping(value: Any) -> _Wire:
    if not isinstance(value, dict):
        raise ServiceError("answered what can't be read: no mapping")
    return value


def _as_filter(id_: int, registered: OnResolve | OnLoad) -> dict[str, Any]:
    return {"id": id_, "filter": registered.filter, "namespace": registered.namespace}


def _as_resolve(question: Question) -> dict[str, Any]:
    asked = {
        "command": "resolve",
        "path": question.path,
        "key": _KEY,
        "importer": question.importer,
        "resolveDir": question.resolve_dir,
        "kind": question.kind,
    }
    return asked | ({"pluginData": _OWN} if question.is_own else {})


def _as_resolved(id_: int, found: Resolved) -> dict[str, Any]:
    every = {
        "path": found.path,
        "namespace": found.namespace,
        "suffix": found.suffix,
        "external": found.is_external,
        "sideEffects": found.has_side_effects,
    }
    return {"id": id_, **{name: value for name, value in every.items() if value is not None}}


def _as_loaded(id_: int, loaded: Loaded) -> dict[str, Any]:
    place = {} if loaded.resolve_dir is None else {"resolveDir": loaded.resolve_dir}
    content = {"contents": loaded.contents.encode(), "loader": loaded.loader}
    return {"id": id_, **content, **place}


def _as_errors(id_: int, plugin: str, error: PluginError) -> dict[str, Any]:
    message: dict[str, Any] = {
        "id": "",
        "pluginName": plugin,
        "text": str(error),
        "location": None,
        "notes": [],
        "detail": _NO_MARK,
    }
    return {"id": id_, "errors": [message]}


def _read_answer(response: _Wire) -> Answer:
    return Answer(
        path=response.get("path") or "",
        namespace=response.get("namespace") or FILE,
        suffix=response.get("suffix") or "",
        is_external=bool(response.get("external")),
        has_side_effects=response.get("sideEffects") is not False,
        has_errors=bool(response.get("errors") or response.get("error")),
    )


def _read_result(response: _Wire) -> Built:
    if response.get("error"):
        return _failed(str(response["error"]))
    try:
        errors: list[_Wire] = response["errors"]
        warnings: list[_Wire] = response["warnings"]
        messages = (
            *(_read_message(one, is_error=True) for one in errors),
            *(_read_message(one, is_error=False) for one in warnings),
        )
        if errors:
            return Built(messages=messages, outputs={}, metafile=None)
        outputs = {Path(one["path"]): one["contents"] for one in response["outputFiles"]}
        metafile = json.loads(response["metafile"])
    except (KeyError, TypeError, ValueError) as error:
        raise ServiceError(f"answered what can't be read: {error!r}") from error
    return Built(messages=messages, outputs=outputs, metafile=metafile)


def _read_message(message: _Wire, *, is_error: bool) -> Message:
    place = message["location"]
    return Message(
        is_error=is_error,
        text=message["text"],
        file=place["file"] if place else None,
        line=place["line"] if place else None,
        column=_column(place) if place else None,
        notes=tuple(note["text"] for note in message["notes"]),
        id=message["id"],
    )


def _column(place: _Wire) -> int:
    """Return the column in characters: esbuild counts bytes, from 0."""
    before: bytes = place["lineText"].encode(errors="surrogateescape")[: place["column"]]
    return len(before.decode(errors="replace")) + 1
