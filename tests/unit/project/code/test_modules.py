import os
from pathlib import Path

import pytest

from fakes.loads import HEAD, load, project_of, told, warned, write_config
from workers_deploy.core.project import ModuleType, ScriptFormat
from workers_deploy.project.code.entry import BundleMode

PYTHON = (
    '{"name": "shop", "main": "src/entry.py", "compatibility_date": "2026-01-01", '
    '"compatibility_flags": ["python_workers"]}'
)


def write(root: Path, config: str, **files: str | bytes) -> Path:
    write_config(root, config)
    for name, content in files.items():
        put(root, name, content)
    return root


def put(root: Path, path: str, content: str | bytes) -> None:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


def modules(root: Path, **request) -> dict[str, ModuleType]:
    return {module.name: module.type for module in project_of(root, **request).modules}


def no_bundle(more: str = "") -> str:
    return "{" + HEAD + ', "no_bundle": true' + more + "}"


def test_files_that_a_rule_takes_go_up_beside_the_main_module(tmp_path):
    write(tmp_path, no_bundle())
    for path in ("z.txt", "a/b/page.html", "a/add.wasm", "data.bin", "other.js", "README.md"):
        put(tmp_path, path, "x")

    assert modules(tmp_path) == {
        "index.js": ModuleType.ESM,
        "a/add.wasm": ModuleType.WASM,
        "a/b/page.html": ModuleType.TEXT,
        "data.bin": ModuleType.DATA,
        "z.txt": ModuleType.TEXT,
    }


def test_what_is_never_a_module_is_not_looked_at(tmp_path):
    write(tmp_path, no_bundle())
    report = tmp_path / "report"
    for path in ("node_modules/a.txt", "b/node_modules/a.txt", ".git/a.txt", ".wrangler/a.txt"):
        put(tmp_path, path, "x")
    put(report, "a.txt", "x")

    assert list(modules(tmp_path, report_dir=report)) == ["index.js"]


def test_names_are_relative_to_the_base_directory(tmp_path):
    config = no_bundle(', "base_dir": "src"').replace("index.js", "src/worker/main.js")
    write(tmp_path, config)
    put(tmp_path, "src/worker/main.js", "export default {}")
    put(tmp_path, "src/text/a.txt", "x")
    put(tmp_path, "b.txt", "x")

    assert list(modules(tmp_path)) == ["main.js", "text/a.txt"]


@pytest.mark.parametrize(
    ("config", "mode", "names"),
    [
        (no_bundle(), BundleMode.AUTO, ["index.js", "a.txt"]),
        (no_bundle(', "find_additional_modules": false'), BundleMode.AUTO, ["index.js"]),
        ("{" + HEAD + "}", BundleMode.NO, ["index.js", "a.txt"]),
        ("{" + HEAD + "}", BundleMode.AUTO, ["index.js"]),
        ("{" + HEAD + ', "find_additional_modules": true}', BundleMode.AUTO, ["index.js", "a.txt"]),
    ],
)
def test_further_modules_are_looked_for_where_wrangler_does(tmp_path, config, mode, names):
    write(tmp_path, config)
    put(tmp_path, "a.txt", "x")

    assert list(modules(tmp_path, bundle=mode)) == names


def test_a_script_that_imports_nothing_is_called_as_its_bundle_would_be(tmp_path):
    write(tmp_path, "{" + HEAD.replace("index.js", "worker.mjs") + "}")
    put(tmp_path, "worker.mjs", "export default {}")

    assert project_of(tmp_path).main_module == "worker.js"
    assert project_of(tmp_path, bundle=BundleMode.NO).main_module == "worker.mjs"


def test_a_directory_that_leaves_the_repository_is_refused(tmp_path):
    root = tmp_path / "repository"
    write(root, no_bundle(', "base_dir": ".."'))

    (found,) = told(load(root))

    assert found.startswith("wrangler.jsonc:1:")
    assert found.endswith("base_dir: .. is outside the repository")


def test_a_directory_that_is_none_is_refused(tmp_path):
    write(tmp_path, no_bundle(', "base_dir": "index.js"'))

    (found,) = told(load(tmp_path))

    assert found.endswith("base_dir: index.js is no directory")


def test_a_link_that_leaves_the_repository_is_refused(tmp_path):
    root = tmp_path / "repository"
    write(root, no_bundle())
    put(tmp_path, "secret.txt", "x")
    (root / "a.txt").symlink_to(tmp_path / "secret.txt")
    (root / "folder").symlink_to(tmp_path)

    assert told(load(root)) == ["a.txt: a.txt is a symlink that leaves the repository"]


def test_links_inside_of_the_repository_are_followed_to_files_alone(tmp_path):
    write(tmp_path, no_bundle())
    put(tmp_path, "a/b.txt", "x")
    (tmp_path / "c.txt").symlink_to(tmp_path / "a" / "b.txt")
    (tmp_path / "d.txt").symlink_to(tmp_path / "a")

    assert list(modules(tmp_path)) == ["index.js", "a/b.txt", "c.txt"]


def test_an_entry_point_outside_of_the_repository_is_refused(tmp_path):
    root = tmp_path / "repository"
    write(root, "{" + HEAD.replace("index.js", "../main.js") + "}")
    put(tmp_path, "main.js", "export default {}")

    (found,) = told(load(root))

    assert found.startswith("wrangler.jsonc:1:26: ../main.js is outside the repository")


def test_a_missing_entry_point_is_told_with_the_build_that_was_not_run(tmp_path):
    write(
        tmp_path, "{" + HEAD.replace("index.js", "dist/main.js") + ', "build": {"command": "make"}}'
    )

    (problem,) = load(tmp_path).problems

    assert problem.message == 'The entry-point file at "dist/main.js" was not found.'
    assert problem.place.line == 1
    assert "build.command is not run here" in problem.hint


def test_names_and_files_that_can_not_be_read_are_problems(tmp_path):
    write(tmp_path, no_bundle())
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text("x")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nothing.txt")

    found = told(load(tmp_path))

    assert "gone.txt: gone.txt can't be read: No such file or directory" in found
    assert any("its name is not UTF-8" in one for one in found)


def test_python_modules_and_vendored_packages_go_up(tmp_path):
    write(tmp_path, PYTHON)
    for path in (
        "src/entry.py", "src/lib/a.py", "src/data.txt", "python_modules/pkg/__init__.py",
        "python_modules/pkg/a.pyc", "python_modules/workers/sdk.mjs", "python_modules/pkg/b.js",
    ):  # fmt: skip
        put(tmp_path, path, "x")

    assert modules(tmp_path) == {
        "entry.py": ModuleType.PYTHON,
        "data.txt": ModuleType.TEXT,
        "lib/a.py": ModuleType.PYTHON,
        "python_modules/pkg/__init__.py": ModuleType.DATA,
        "python_modules/pkg/b.js": ModuleType.DATA,
        "python_modules/workers/sdk.mjs": ModuleType.ESM,
    }


def test_what_the_configuration_excludes_of_vendored_packages_stays(tmp_path):
    write(tmp_path, PYTHON[:-1] + ', "python_modules": {"exclude": ["**/tests/**"]}}')
    for path in ("src/entry.py", "python_modules/a/tests/b.py", "python_modules/a/c.pyc"):
        put(tmp_path, path, "x")

    assert list(modules(tmp_path)) == ["entry.py", "python_modules/a/c.pyc"]


def test_vendored_packages_in_the_module_root_are_refused(tmp_path):
    write(tmp_path, PYTHON)
    put(tmp_path, "src/entry.py", "x")
    put(tmp_path, "src/python_modules/a.py", "x")

    assert "The 'python_modules' directory cannot exist" in told(load(tmp_path))[0]


def test_python_needs_its_flag(tmp_path):
    write(tmp_path, PYTHON.replace("python_workers", "nodejs_compat"))
    put(tmp_path, "src/entry.py", "x")

    (found,) = told(load(tmp_path))

    assert found.endswith("The `python_workers` compatibility flag is required to use Python.")
    assert found.startswith("wrangler.jsonc:1:")


def test_a_service_worker_binds_what_it_can_not_import(tmp_path):
    write(tmp_path, no_bundle(', "text_blobs": {"WORDS": "words.md"}'))
    put(tmp_path, "index.js", "addEventListener('fetch', f)")
    put(tmp_path, "words.md", "text")
    put(tmp_path, "lib/page-1.html", "<p>")

    project = project_of(tmp_path)

    assert project.format is ScriptFormat.SERVICE_WORKER
    assert [(m.name, m.type) for m in project.modules] == [
        ("index.js", ModuleType.COMMONJS),
        ("WORDS", ModuleType.TEXT),
        ("lib_page_1_html", ModuleType.TEXT),
    ]
    assert [one.as_json() for one in project.bindings] == [
        {"name": "WORDS", "type": "text_blob", "part": "WORDS"},
        {"name": "lib_page_1_html", "type": "text_blob", "part": "lib_page_1_html"},
    ]


def test_a_blob_that_is_missing_is_a_problem_with_a_place(tmp_path):
    write(tmp_path, "{" + HEAD + ', "data_blobs": {"A": "nothing.bin"}}')
    put(tmp_path, "index.js", "addEventListener('fetch', f)")

    (found,) = told(load(tmp_path))

    assert found.startswith("wrangler.jsonc:1:")
    assert found.endswith("nothing.bin is no file of the repository")


def test_a_blob_is_called_as_its_path_from_where_the_run_works(tmp_path):
    write(tmp_path / "app", no_bundle(', "data_blobs": {"A": "../lib/a.bin"}'))
    put(tmp_path / "app", "index.js", "addEventListener('fetch', f)")
    put(tmp_path, "lib/a.bin", "1")
    (tmp_path / "app" / "src").mkdir()

    project = project_of(tmp_path, working_directory="app/src")

    assert [(m.name, m.filename, m.file) for m in project.modules[1:]] == [
        ("A", "../../lib/a.bin", "lib/a.bin")
    ]


def test_a_service_worker_looks_for_no_further_modules_by_wish(tmp_path):
    write(tmp_path, "{" + HEAD + ', "no_bundle": true,\n "find_additional_modules": true}')
    put(tmp_path, "index.js", "addEventListener('fetch', f)")

    (found,) = told(load(tmp_path))

    assert found.startswith("wrangler.jsonc:2:29: `find_additional_modules` can only be used with")


def test_a_service_worker_has_neither_migrations_nor_objects_of_its_own(tmp_path):
    config = (
        ', "migrations": [{"tag": "v1", "new_classes": ["A"]}], '
        '"durable_objects": {"bindings": [{"name": "A", "class_name": "A"}]}}'
    )
    write(tmp_path, "{" + HEAD + config)
    put(tmp_path, "index.js", "addEventListener('fetch', f)")

    assert [one.partition(": ")[2] for one in told(load(tmp_path))] == [
        "A Worker written as a service worker can't have Durable Objects of its own.",
        "Durable Object migrations require ES Module format Workers.",
    ]


def test_the_entry_point_of_a_site_is_the_legacy_one(tmp_path):
    config = '{"name": "a", "compatibility_date": "2026-01-01", "site": {"bucket": "b"}}'
    write(tmp_path, config)
    put(tmp_path, "workers-site/index.js", "export default {}")
    old = project_of(tmp_path, refuses_unsupported=False)
    write(tmp_path, config.replace('"b"', '"b", "entry-point": "main.js"'))
    put(tmp_path, "main.js", "export default {}")
    named = project_of(tmp_path, refuses_unsupported=False)

    assert (old.main_module, named.main_module) == ("index.js", "main.js")


def test_typescript_goes_up_as_it_is_when_it_is_told_so_and_is_warned_of(tmp_path):
    write(tmp_path, "{" + HEAD.replace("index.js", "index.ts") + "}")
    put(tmp_path, "index.ts", "export default {}")

    loaded = load(tmp_path, bundle=BundleMode.NO)

    assert loaded.project.main_module == "index.ts"
    assert warned(loaded) == [
        "index.ts: index.ts goes up as it is, although Cloudflare runs JavaScript only"
    ]


def test_a_nested_node_modules_with_modules_is_told(tmp_path):
    write_config(tmp_path, "{" + HEAD + ', "no_bundle": true, "find_additional_modules": true}')
    for name in ("node_modules/a/a.txt", "lib/node_modules/b/b.txt", "lib/c.txt"):
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("export default 1;\n")

    loaded = load(tmp_path)

    assert [one.name for one in loaded.project.modules] == ["index.js", "lib/c.txt"]
    (warning,) = warned(loaded)
    assert warning.startswith("lib/node_modules: lib/node_modules holds modules")
