"""esbuild's plugin API, for callbacks in Python.

A callback returns a result, or None to leave the path to the next callback. One that has to resolve
something itself is a generator: it yields a Question and receives the Answer. Filters are Go
regular expressions. esbuild applies them itself, so that callbacks run only for matching paths.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass  # thousands of values in a build

FILE = "file"  # the namespace of what is on disk


class PluginError(Exception):
    """Raised by a callback; becomes a build error at the import in question."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """An error or a warning; line and column count from 1.

    `file` is relative to the directory that the build works in; `id` is esbuild's name of the kind.
    """

    is_error: bool
    text: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    notes: tuple[str, ...] = ()
    id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Import:
    """An import to resolve, as written in the source.

    `importer` is a file, or a path in another namespace; `kind` is esbuild's name, such as
    `import-statement` and `require-call`. `is_own`: it comes from a marked Question of a plugin.
    """

    path: str
    importer: str
    namespace: str
    resolve_dir: str
    kind: str
    is_own: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Asks esbuild, and all plugins, to resolve an import; the fields are those of Import."""

    path: str
    importer: str
    resolve_dir: str
    kind: str
    is_own: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """The result of a Question; `has_errors` if nothing was found."""

    path: str
    namespace: str
    suffix: str
    is_external: bool
    has_side_effects: bool
    has_errors: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Resolved:
    """Where an import leads; without a path, it is left as written."""

    path: str | None = None
    namespace: str | None = None
    suffix: str | None = None
    is_external: bool | None = None
    has_side_effects: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """The content of a module, and the folder that its own imports resolve from."""

    contents: str
    loader: str = "js"
    resolve_dir: str | None = None


ResolveCallback = Callable[[Import], Resolved | Generator[Question, Answer, Resolved | None] | None]
LoadCallback = Callable[[str], Loaded | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class OnResolve:
    """A callback for the imports that match the filter, in one namespace if given."""

    filter: str
    callback: ResolveCallback
    namespace: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OnLoad:
    """A callback for the content of the paths that match the filter."""

    filter: str
    callback: LoadCallback
    namespace: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plugin:
    """Callbacks, tried in order. A build tries its plugins in order, too."""

    name: str
    on_resolve: tuple[OnResolve, ...] = ()
    on_load: tuple[OnLoad, ...] = ()
