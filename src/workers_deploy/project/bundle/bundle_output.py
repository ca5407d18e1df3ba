"""Reads what esbuild wrote into modules: the bundle, the files beside it, the source map."""

import json
import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from workers_deploy.core.project import Module, ModuleType, ScriptFormat
from workers_deploy.dataclass import dataclass
from workers_deploy.errors import Place
from workers_deploy.project.bundle.browser_fields import find_emptied
from workers_deploy.project.bundle.bundle_files import Build, FileNames, LeftFile
from workers_deploy.project.bundle.importers import find_importers
from workers_deploy.project.code.service_worker import variable_of

# esbuild asks a global `require` for what a CommonJS package requires and is not in the bundle.
# What it does not find it does not have, as without one: packages try to require what is optional.
_REQUIRE = """\
var require = ((modules) => (name) => {{
  if (Object.hasOwn(modules, name)) return modules[name];
  throw Error('Dynamic require of "' + name + '" is not supported');
}})({{{entries}}});
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bundled:
    """A bundle: the main module first; `exports` and `imports` are those of the entry point.

    `out_of_reach` are names that it requires, which fails where, and only if, it comes to that;
    `late` are modules of Node that the runtime lacks, of which that is to be told. `importers` says
    where modules of Node are imported.
    """

    format: ScriptFormat
    modules: tuple[Module, ...]
    exports: tuple[str, ...]
    imports: tuple[str, ...]  # names of what the runtime has
    out_of_reach: tuple[str, ...]
    late: tuple[str, ...]
    importers: Mapping[str, Place]
    source_map: Module


@dataclass(slots=True)
class _Text:
    """The bundle's text on its way, with its source map."""

    code: str
    source_map: dict[str, Any]
    sources: tuple[Path, ...]

    def rename(self, specifier: str, name: str) -> None:
        """Let imports name another module; esbuild keeps `?queries`, and not all names in ASCII."""
        either = "|".join(map(re.escape, (specifier, _in_ascii(specifier))))
        quoted = re.compile(rf"""(["'`])(?:{either})(\?[^"]*?)?\1""")
        self.code = quoted.sub(lambda _: json.dumps(name), self.code)

    def put_before(self, lines: str) -> None:
        """Write lines before the code, and shift the source map by as many."""
        self.code = lines + self.code
        self.source_map["mappings"] = ";" * lines.count("\n") + self.source_map["mappings"]


def read_bundle(
    names: FileNames,
    *,
    beside: Iterable[tuple[Module, Path]],
    format_: ScriptFormat,
    requires_node: bool,
    missing: Collection[str],
) -> Bundled:
    """Return the modules of a build; `beside` are those that were found before it.

    `requires_node`: Node's modules can be required, not imported only. `missing` are those that
    the runtime lacks: imported at the start they would keep a bundle from loading that needs them
    late or never.
    """
    build = names.build
    main = build.main
    description = build.outputs[main]
    text = _read_text(main, build.directory)
    left = names.files(main)
    for file in left.values():
        text.rename(file.written, file.module.name)
    for module, path in beside:
        text.rename(_relative(path, build.output), f"./{module.name}")
    required = list(_required(build, description, left, requires_node=requires_node))
    required = [name for name in required if name not in missing]
    emptied = find_emptied(build, missing) if requires_node else frozenset()
    _provide_require(text, required, left, format_, emptied)
    kinds = ("dynamic-import", *(("require-call",) if requires_node else ()))
    of_runtime = [one for one in description["imports"] if _is_of_runtime(one)]
    lacking = [one for one in of_runtime if _is_required(one) and one["path"] not in required]
    late = [
        one
        for one in of_runtime
        if one["path"] in missing and one["path"] not in emptied and one["kind"] in kinds
    ]
    main_type = ModuleType.ESM if format_ is ScriptFormat.MODULES else ModuleType.COMMONJS
    return Bundled(
        format=format_,
        modules=(
            Module(name=main.name, type=main_type, content=text.code.encode()),
            *{file.module.name: file.module for file in left.values()}.values(),
            *(module for module, _ in beside),
        ),
        exports=tuple(description["exports"]),
        imports=_names(one for one in of_runtime if one not in (*lacking, *late)),
        out_of_reach=_names(lacking),
        late=_names(late),
        importers=find_importers(build, names.show),
        source_map=_source_map(text, main.name, names.show),
    )


def _read_text(main: Path, directory: Path) -> _Text:
    file = main.with_name(f"{main.name}.map")
    source_map = json.loads(file.read_text(encoding="utf-8"))
    sources = [Path(os.path.normpath(main.parent / source)) for source in source_map["sources"]]
    source_map["sources"] = [_relative(source, directory) for source in sources]
    return _Text(main.read_text(encoding="utf-8"), source_map, tuple(sources))


def _in_ascii(text: str) -> str:
    r"""Escape a text as esbuild does, in the shortest way.

    >>> print(_in_ascii("ä中😀"))
    \xE4\u4E2D\u{1F600}
    """
    return "".join(char if char.isascii() else _escaped(ord(char)) for char in text)


def _escaped(code: int) -> str:
    if code <= 0xFF:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\u{{{code:X}}}"


def _relative(path: Path, start: Path) -> str:
    return Path(os.path.relpath(path, start)).as_posix()


def _is_of_runtime(imported: Mapping[str, Any]) -> bool:
    return bool(imported.get("external")) and ":" in imported["path"]


def _is_required(imported: Mapping[str, Any]) -> bool:
    return bool(imported["kind"] == "require-call")


def _names(imports: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one["path"] for one in imports))


def _required(
    build: Build,
    description: Mapping[str, Any],
    left: Mapping[Path, LeftFile],
    *,
    requires_node: bool,
) -> Iterator[str]:
    """Yield the modules that the bundle requires and has: other names are optional, and caught."""
    for one in description["imports"]:
        if _is_required(one):
            file = left.get(build.target(one))
            if file or (requires_node and one["path"].startswith("node:")):
                yield file.module.name if file else one["path"]


def _provide_require(
    text: _Text,
    required: Iterable[str],
    left: Mapping[Path, LeftFile],
    format_: ScriptFormat,
    emptied: Iterable[str],
) -> None:
    """Give the bundle a `require` of default exports, as wrangler's bundles have it.

    In a service worker all modules are bound variables instead. What packages do without is empty.
    """
    if format_ is ScriptFormat.SERVICE_WORKER:
        modules = (file.module for file in left.values())
        variables = {module.name: variable_of(module.name) for module in modules}
        imports = ""
    else:
        names = enumerate(dict.fromkeys(required))
        variables = {name: f"__required_{index}" for index, name in names}
        imports = "".join(
            f"import {variable} from {json.dumps(name)};\n" for name, variable in variables.items()
        )
        variables |= dict.fromkeys(sorted(emptied), "{}")
    if variables:
        text.put_before(imports + _require(variables))


def _require(variables: Mapping[str, str]) -> str:
    entries = ", ".join(f"{json.dumps(name)}: {variable}" for name, variable in variables.items())
    return _REQUIRE.format(entries=entries)


def _source_map(text: _Text, name: str, show: Callable[[Path], str]) -> Module:
    made = text.source_map
    # In the order, and with the empty root, that wrangler writes: the same map to the byte.
    first = {"version": made["version"], "sources": made["sources"], "sourceRoot": ""}
    content = json.dumps({**first, **made, "file": name}, ensure_ascii=False, separators=(",", ":"))
    return Module(
        name=f"{name}.map",
        type=ModuleType.SOURCE_MAP,
        content=content.encode(),
        sources=tuple(show(source) for source in text.sources),
    )
