import pytest

from workers_deploy.project.bundle.builtin_aliases import alias_builtins
from workers_deploy.project.bundle.node_builtins import (
    MissingBuiltin,
    NodeMode,
    find_missing,
    node_mode,
)


@pytest.mark.parametrize(
    ("date", "flags", "mode"),
    [
        ("2026-08-03", [], NodeMode.NONE),
        ("2026-08-04", [], NodeMode.V2),
        ("2026-08-04", ["no_nodejs_compat", "no_nodejs_compat_v2"], NodeMode.NONE),
        ("2024-09-22", ["nodejs_compat"], NodeMode.V1),
        ("2024-09-23", ["nodejs_compat"], NodeMode.V2),
        ("2024-09-23", ["nodejs_compat", "no_nodejs_compat_v2"], NodeMode.V1),
        ("2024-01-01", ["nodejs_compat_v2"], NodeMode.V2),
        ("2024-01-01", ["nodejs_als"], NodeMode.ASYNC_LOCAL_STORAGE),
    ],
)
def test_the_mode_is_told_by_date_and_flags(date, flags, mode):
    assert node_mode(date, flags) is mode


@pytest.mark.parametrize(
    ("name", "date", "flags", "is_missing"),
    [
        ("http", "2025-08-15", [], False),
        ("http", "2025-08-14", [], True),
        ("http", "2025-08-14", ["enable_nodejs_http_modules"], False),
        ("http", "2026-01-01", ["disable_nodejs_http_modules"], True),
        ("crypto", "2024-01-01", [], False),
        ("no-such-module", "2024-01-01", [], False),
    ],
)
def test_a_module_is_there_since_a_date_or_by_a_flag(name, date, flags, is_missing):
    assert bool(find_missing([name], date, flags)) is is_missing


def test_what_workers_never_have_has_no_way_out():
    assert find_missing(["sea"], "2030-01-01", []) == [MissingBuiltin("sea", None, None)]


def test_bare_names_mean_the_runtimes_modules_unless_only_a_package_has_them(tmp_path):
    for package in ("buffer", "punycode"):
        (tmp_path / "node_modules" / package).mkdir(parents=True)

    aliases = alias_builtins(tmp_path / "app", date="2025-01-01", flags=["nodejs_compat"])

    assert aliases["path"] == "node:path"
    assert aliases["fs"] == "node:fs"
    assert "fs/promises" not in aliases
    assert "punycode" not in aliases
    assert "sqlite" not in aliases
    assert aliases["buffer"] == "node:buffer"
