"""What an entry point imports and exports, without a parser.

Comments, strings and template texts are blanked first; whatever stays doubtful counts as an
import, which at worst asks for a bundler that was not needed. Where a bundle is made, esbuild's
metafile decides instead.
"""

import re

from workers_deploy.dataclass import dataclass

_SKIPPED = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|[^`\\])*`
      | (?<=[=(,:;!&|?{}\[\n+])\s*/(?![*/])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/ """,
    re.DOTALL | re.VERBOSE,
)
_IMPORT_WORDS = re.compile(
    r"(?<![.\w$])(?:import|require)(?![\w$])(?!\s*\.\s*meta)|(?<![.\w$])from\s*[\"'`]"
)
_EXPORT = re.compile(r"(?<![.\w$])export(?![\w$])(?!\s*[:=(])")
_DEFAULT_EXPORT = re.compile(
    r"(?<![.\w$])export\s+default(?![\w$])|(?<![.\w$])export\s*\{[^}]*\bdefault\b[^}]*\}"
)
_LISTENER = re.compile(r"(?<![.\w$])(?:(?:globalThis|self)\s*\.\s*)?addEventListener\s*\(")


@dataclass(frozen=True, kw_only=True, slots=True)
class Script:
    """What a source text says about itself."""

    imports: bool
    exports: bool
    exports_default: bool
    listens: bool

    @property
    def is_module(self) -> bool:
        """Tell whether it is an ES module, by wrangler's rule, instead of a service worker."""
        return self.exports_default or (self.exports and not self.listens)


def read_script(source: str) -> Script:
    r"""Read a JavaScript or TypeScript text.

    >>> read_script("// import x\nexport default { fetch() {} }")
    Script(imports=False, exports=True, exports_default=True, listens=False)
    """
    code = _SKIPPED.sub(_blank, source)
    return Script(
        imports=_IMPORT_WORDS.search(code) is not None,
        exports=_EXPORT.search(code) is not None,
        exports_default=_DEFAULT_EXPORT.search(code) is not None,
        listens=_LISTENER.search(code) is not None,
    )


def _blank(found: re.Match[str]) -> str:
    """Keep a string's quotes, so that `from "x"` is still seen."""
    token = found.group()
    quote = token[0]
    return f"{quote}{quote}" if quote in "\"'`" else " "
