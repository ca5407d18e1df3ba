"""What Cloudflare finds when it loads a script: code that can't be compiled, modules not sent.

The messages are workerd's: it compiles every module of an upload, and looks up the imports of those
that the main module reaches. An import that runs later (`import()`) fails when it runs.
"""

from collections.abc import Mapping, Sequence
from posixpath import dirname, join, normpath

from workers_emulator.rules.rules import Refusal
from workers_emulator.rules.script_rules import IMPORT_MISSING, VALIDATION
from workers_emulator.state.model import Module
from workers_emulator.state.syntax import Compiled, Compiler


def check_loading(modules: Sequence[Module], main: str | None, compiler: Compiler) -> None:
    """Refuse (10021) what workerd would not load; `main` None: a service worker, or no code."""
    compiled = {
        normpath(module.name): told
        for module, told in zip(modules, compiler(modules), strict=True)
        if told is not None
    }
    for name, told in compiled.items():
        if told.error is not None:
            raise Refusal(VALIDATION, f"Uncaught {told.error}\n  at {name}{told.place}\n")
    if main is not None:
        _check_imports(normpath(main), compiled, {normpath(module.name) for module in modules})


def _check_imports(main: str, compiled: Mapping[str, Compiled], sent: set[str]) -> None:
    waiting, seen = [main], {main}
    while waiting:
        importer = waiting.pop(0)
        told = compiled.get(importer)
        for specifier in told.imports if told else ():
            if not specifier.startswith(("./", "../")):
                continue  # what else there is, only workerd knows (rule: packages-unchecked)
            name = normpath(join(dirname(importer), specifier))
            if name.startswith("../"):
                wrong = f'Uncaught TypeError: Invalid module specifier "{specifier}".'
                raise Refusal(IMPORT_MISSING, f'{wrong}\n  imported from "{importer}".\n')
            if name not in sent:
                wrong = f'Uncaught Error: No such module "{name}".'
                raise Refusal(IMPORT_MISSING, f'{wrong}\n  imported from "{importer}"\n')
            if name not in seen:
                seen.add(name)
                waiting.append(name)
