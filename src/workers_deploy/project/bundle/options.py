"""The flags that wrangler 4.164.0 gives esbuild for a deploy (deployment-bundle `bundle.ts`)."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from workers_deploy.core.project import ScriptFormat
from workers_deploy.project.bundle.request import BundleRequest

_CONDITIONS = "workerd,worker,browser"
_NAVIGATOR_DATE = "2022-03-21"
# wrangler's has a random suffix, which shows in source maps. Ours is fixed: equal input, equal map.
DESTINATION = ".wrangler/tmp/deploy-bundle"


def destination_of(request: BundleRequest) -> Path:
    """Return the folder that the outputs are named in; nothing is written there."""
    return request.directory / DESTINATION


def flags_of(request: BundleRequest) -> Iterator[str]:
    """Yield the flags, but for the files that plugins inject."""
    destination = destination_of(request)
    yield from ("--log-level=silent", "--log-limit=0", f"--source-root={destination}")
    yield "--target=es2024"
    yield "--format=" + ("esm" if request.entry.format is ScriptFormat.MODULES else "iife")
    if request.said("minify"):
        yield "--minify"
    yield f"--jsx-factory={request.said('jsx_factory') or 'React.createElement'}"
    yield f"--jsx-fragment={request.said('jsx_fragment') or 'React.Fragment'}"
    yield from (f"--define:{name}={value}" for name, value in _defines(request).items())
    yield from ("--supported:import-source=true", "--supported:using=true")
    if request.said("keep_names") is not False:
        yield "--keep-names"
    # A map that stays here is made, too, for what reads stack traces; the bundle doesn't name it.
    yield (
        "--sourcemap" if request.said("upload_source_maps") is not False else "--sourcemap=external"
    )
    yield from ("--bundle", "--metafile", f"--outdir={destination}")
    if request.config and (tsconfig := request.config.get("tsconfig")):
        yield f"--tsconfig={request.config.directory / tsconfig}"
    yield from (f"--entry-names={request.entry.file.stem}", f"--conditions={_CONDITIONS}")
    yield "--external:__STATIC_CONTENT_MANIFEST"
    yield from (f"--loader:{extension}=jsx" for extension in (".js", ".mjs", ".cjs"))


def _defines(request: BundleRequest) -> Mapping[str, str]:
    flags = request.compatibility_flags
    defines = {}
    has_navigator = request.compatibility_date >= _NAVIGATOR_DATE or "global_navigator" in flags
    if has_navigator and "no_global_navigator" not in flags:
        defines["navigator.userAgent"] = '"Cloudflare-Workers"'
    scopes = ("", "global.", "globalThis.")
    defines |= dict.fromkeys((f"{scope}process.env.NODE_ENV" for scope in scopes), '"production"')
    return defines | dict(request.table("define"))
