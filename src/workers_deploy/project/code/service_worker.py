"""What a service worker has instead of modules to import: blobs and wasm, bound by name.

Each is a part of the upload called like its binding (deploy-helpers
`create-worker-upload-form.ts`).
"""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from workers_deploy.core.project import Binding, Module, ModuleType
from workers_deploy.project.config.find import Checkout
from workers_deploy.project.config.fold import Config
from workers_deploy.project.regular_files import MAX_MODULE_BYTES, read_regular

_KEYS: Mapping[str, tuple[str, ModuleType]] = {
    "wasm_modules": ("wasm_module", ModuleType.WASM),
    "text_blobs": ("text_blob", ModuleType.TEXT),
    "data_blobs": ("data_blob", ModuleType.DATA),
}
_KINDS: Mapping[ModuleType, str] = {type_: kind for kind, type_ in _KEYS.values()}
_NO_IDENTIFIER = re.compile(r"[^a-zA-Z0-9_$]")


def read_blobs(config: Config, checkout: Checkout) -> list[Module]:
    """Read the files that the configuration binds; one that can't be read is a problem.

    A part's file name is the path from where the run works, as wrangler's is from where it runs.
    """
    found = []
    for key, (_, type_) in _KEYS.items():
        for name, path in config.table(key).items():
            file = Path(os.path.normpath(config.directory / path))
            shown = checkout.find(file)
            if shown is None:
                message = f"{checkout.show(file)} is no file of the repository"
                config.spot(key).at(name).error(message)
                continue
            try:
                content = read_regular(file, MAX_MODULE_BYTES)
            except OSError as error:
                message = f"{shown} can't be read: {error.strerror}"
                config.spot(key).at(name).error(message)
                continue
            filename = Path(os.path.relpath(file, checkout.directory)).as_posix()
            found.append(
                Module(name=name, type=type_, content=content, filename=filename, file=shown)
            )
    return found


def as_blobs(modules: Iterable[Module]) -> list[Module]:
    """Name further modules so that the script can refer to them by a variable."""
    return [
        replace(one, name=_NO_IDENTIFIER.sub("_", one.name), filename=one.name)
        for one in modules
        if one.type in _KINDS
    ]


def variable_of(name: str) -> str:
    """Return the variable by which a script knows a module that is bound.

    >>> variable_of("./0a1b-hello.txt")
    '__0a1b_hello_txt'
    """
    return _NO_IDENTIFIER.sub("_", name)


def bind_blobs(blobs: Iterable[Module]) -> list[Binding]:
    """Return the binding of each blob."""
    return [
        Binding(name=blob.name, type=_KINDS[blob.type], fields={"part": blob.name})
        for blob in blobs
    ]
