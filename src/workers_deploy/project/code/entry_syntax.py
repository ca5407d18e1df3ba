"""What an entry point imports and exports, without a parser.

Whatever stays doubtful counts as an import, which at worst asks for a bundler that was not needed.
Where there is an esbuild it is asked instead (`esbuild_script`), unless the text is so clear that
both answer the same.
"""

import re
from collections.abc import Collection

from workers_deploy.dataclass import dataclass
from workers_deploy.project.code.javascript_text import blank

_IMPORT_WORDS = re.compile(
    r"(?<![.\w$])(?:import|require)(?![\w$])(?!\s*\.\s*meta)|(?<![.\w$])from\s*[\"'`]"
)
# What only the wrapper has that a bundler puts around CommonJS; not as a key, nor as a member.
_COMMONJS_WORDS = re.compile(r"(?<![.\w$])(?:exports|module)(?![\w$])(?!\s*:)")
_EXPORT_ALL = re.compile(r"(?<![.\w$])export\s*\*\s*as\s+([\w$]+)")
_DEFAULT_EXPORT = re.compile(r"(?<![.\w$])export\s+default(?![\w$])")
_DECLARED = re.compile(
    r"(?<![.\w$])export\s+(?:(?:async\s+)?function\s*\*?|class|const|let|var)\s*([\w$]+)"
)
_LISTED = re.compile(r"(?<![.\w$])export\s*\{([^}]*)\}")
_DECLARED_TOGETHER = re.compile(r"(?<![.\w$])export\s+(?:const|let|var)\b([^;]*)")
_LISTENER = re.compile(r"(?<![.\w$])(?:(?:globalThis|self)\s*\.\s*)?addEventListener\s*\(")
# What the patterns above can't read wrong, where it stands outside of all braces.
_EXPORT_WORD = re.compile(r"(?<![\w$])export(?![\w$])")
_SURE_EXPORT = re.compile(
    r"(?<![.\w$])export(?:\s+default(?![\w$])|\s*\{[\w$\s,]*\}"
    r"|\s+(?:(?:async\s+)?function\s*\*?|class)\s*[\w$]+)"
)
# Line ends and spaces that few have, comments of HTML, escapes in names, decorators.
_ODD_LINES = re.compile(r"\r(?!\n)|[\u2028\u2029]|<!--|-->")
_ODD_CODE = re.compile(r"[^\x00-\x7f]|[\\@]")


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """What a source text says about itself.

    `is_plain`: a runtime can read it. `is_clear`: a parser would say the same. `is_commonjs`: it
    may want `exports` or `module`.
    """

    imports: bool
    exports: frozenset[str]
    listens: bool
    is_plain: bool = True
    is_clear: bool = True
    is_commonjs: bool = False

    @property
    def is_module(self) -> bool:
        """Tell whether it is an ES module, by wrangler's rule, instead of a service worker."""
        return "default" in self.exports or (bool(self.exports) and not self.listens)

    @property
    def changes_format(self) -> bool:
        """Tell whether it is a service worker which has exports, that a bundle takes away."""
        return bool(self.exports) and not self.is_module


def read_script(source: str) -> Script:
    r"""Read a JavaScript or TypeScript text.

    >>> read_script("// import x\nexport default { fetch() {} }").exports
    frozenset({'default'})
    """
    blanked = blank(source)
    code = blanked.code
    exports = frozenset(_exports(code))
    is_odd = _ODD_LINES.search(source) or _ODD_CODE.search(code)
    return Script(
        imports=imports_in(code),
        exports=exports,
        listens=_LISTENER.search(code) is not None,
        is_plain=blanked.is_plain,
        is_clear=blanked.is_clear and not is_odd and _are_sure(code, exports),
        is_commonjs=not exports and names_commonjs(code),
    )


def imports_in(code: str) -> bool:
    """Tell whether a blanked text imports or requires something."""
    return _IMPORT_WORDS.search(code) is not None


def names_commonjs(code: str) -> bool:
    """Tell whether a blanked text speaks of what CommonJS exports with."""
    return _COMMONJS_WORDS.search(code) is not None


def _are_sure(code: str, exports: Collection[str]) -> bool:
    """Tell whether the exports are read right, and decide on the format without the listeners."""
    words = [found.start() for found in _EXPORT_WORD.finditer(code)]
    sure = [found.start() for found in _SURE_EXPORT.finditer(code)]
    are_statements = all(code.count("{", 0, at) == code.count("}", 0, at) for at in words)
    return words == sure and are_statements and ("default" in exports or not words)


def _exports(code: str) -> set[str]:
    names = set(_DECLARED.findall(code))
    for listed in _LISTED.findall(code):
        names |= {entry.split()[-1] for entry in listed.split(",") if entry.strip()}
    # Several in one statement, or taken apart: better a name too many.
    for declared in _DECLARED_TOGETHER.findall(code):
        names |= set(re.findall(r"[\w$]+", declared)) - {"default"}
    if _DEFAULT_EXPORT.search(code):
        names.add("default")
    return names | set(_EXPORT_ALL.findall(code))
