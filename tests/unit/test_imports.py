"""What a deploy imports: start-up pays for every module, so each is imported by what needs it."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from fakes.cloudflare import Cloudflare

SOURCE = Path(__file__).parents[2] / "src"
# What is there before the first line comes with the machine's Python, not with us: sitecustomize in
# Debian and Ubuntu, usercustomize, whatever a .pth file imports.
PROGRAM = f"""
import sys
of_python = set(sys.modules)
import json
sys.path.insert(0, {str(SOURCE)!r})
from workers_deploy.start import run
code = run()
sys.stderr.write("\\n" + json.dumps(sorted(set(sys.modules) - of_python)))
sys.exit(code)
"""
# What every deploy needs, and what that needs itself.
PACKAGES = {
    "actions_toolkit", "annotated_types", "anyio", "certifi", "dotenv", "h11", "httpcore", "httpx",
    "idna", "mistune", "pybase64", "pydantic", "pydantic_core", "pydantic_settings", "tenacity",
    "tree_sitter", "typing_extensions", "typing_inspection", "workers_deploy",
}  # fmt: skip
# httpx's own command line, which the image does not have.
OF_DEVELOPMENT = {"click", "pygments", "rich"}
# Modules of ours and others that some runs need and most do not, and the work they are for.
LATE = {
    "assets": ("pathspec", "blake3", "workers_deploy.project.assets.directory"),
    "bundling": (
        "workers_deploy.project.bundle.bundle",
        "workers_deploy.project.code.entry_by_esbuild",
        "workers_deploy.project.esbuild.channel",
    ),
    "TOML": ("tomli", "tree_sitter_toml"),
    "positions of mistakes": ("tree_sitter_json",),
    "git": ("dulwich",),
    "GitHub": ("workers_deploy.api.github",),
    "probes": ("workers_deploy.api.probe",),
    "downloads": ("python_multipart", "workers_deploy.api.endpoints.content"),
    "terminals": ("tqdm",),
    "other commands": (
        "workers_deploy.commands.preview",
        "workers_deploy.commands.reads",
        "workers_deploy.commands.traffic",
    ),
    "processes of Python's": ("multiprocessing", "concurrent.futures.process"),
}


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """All modules that the deploy of one module, without assets, has imported at its end."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "index.js").write_text("export default { fetch() {} };\n")
    (folder / "wrangler.json").write_text(
        '{"name": "shop", "main": "index.js", "compatibility_date": "2026-01-01"}'
    )
    with Cloudflare() as cloudflare:
        done = subprocess.run(
            [sys.executable, "-I", "-X", "utf8", "-c", PROGRAM, "deploy"],
            cwd=folder,
            env={
                "CLOUDFLARE_API_TOKEN": cloudflare.token,
                "CLOUDFLARE_ACCOUNT_ID": cloudflare.account_id,
                "CLOUDFLARE_API_BASE_URL": cloudflare.url,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(json.loads(done.stderr.splitlines()[-1]))


def test_a_deploy_imports_no_package_that_it_does_not_need(imported):
    packages = {name.partition(".")[0] for name in imported} - sys.stdlib_module_names
    unknown = {name for name in packages if not name.startswith("_sysconfigdata")}

    assert unknown - OF_DEVELOPMENT <= PACKAGES


@pytest.mark.parametrize("work", LATE)
def test_what_is_for_other_work_stays_out(imported, work):
    assert imported.isdisjoint(LATE[work])


def test_what_stays_out_is_there():
    missing = [name for names in LATE.values() for name in names if find_spec(name) is None]

    assert missing == []
