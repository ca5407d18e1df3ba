import json
from pathlib import Path

import pytest

from fakes.loads import HEAD, load, project_of, told, write_config
from workers_deploy.core.project import ModuleType
from workers_deploy.project.code.source_maps import find_mapping_url


def write(root: Path, comment: str, source_map: str | None, more: str = "") -> None:
    write_config(root, "{" + HEAD + ', "no_bundle": true' + more + "}")
    (root / "index.js").write_text(f"export default {{}};\n//# sourceMappingURL={comment}\n")
    if source_map is not None:
        (root / "index.js.map").write_text(source_map)


def test_a_named_source_map_goes_up_without_the_way_to_its_sources(tmp_path):
    given = {"version": 3, "sources": ["../../src/ä.ts", "./b.ts", None], "sourceRoot": "../x"}
    write(tmp_path, "index.js.map", json.dumps(given))

    source_map = project_of(tmp_path).modules[-1]

    assert (source_map.name, source_map.type) == ("index.js.map", ModuleType.SOURCE_MAP)
    assert source_map.content.decode() == (
        '{"version":3,"sources":["src/ä.ts","b.ts",null],"sourceRoot":"x","file":"index.js"}'
    )


@pytest.mark.parametrize(
    ("comment", "source_map", "reason"),
    [
        ("nothing.map", None, "nothing.map can't be read as JSON"),
        ("index.js.map", "{", "index.js.map can't be read as JSON"),
        ("index.js.map", "[" * 100_000, "index.js.map can't be read as JSON"),
        ("index.js.map", "[]", "index.js.map has no sources"),
        ("data:application/json,{}", None, "it is inside the module, not a file"),
        ("../outside.map", None, "../outside.map is outside the repository"),
    ],
)
def test_a_source_map_that_can_not_be_used_is_left_out_unless_it_is_asked_for(
    tmp_path, comment, source_map, reason
):
    write(tmp_path / "a", comment, source_map)
    write(tmp_path / "b", comment, source_map, ', "upload_source_maps": true')

    assert len(project_of(tmp_path / "a").modules) == 1
    assert told(load(tmp_path / "b")) == [f"index.js: index.js names a source map: {reason}"]


def test_source_maps_stay_where_the_configuration_says_so(tmp_path):
    write(tmp_path, "index.js.map", '{"sources": []}', ', "upload_source_maps": false')

    assert [module.name for module in project_of(tmp_path).modules] == ["index.js"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\n//# sourceMappingURL=a.map\n\n", "a.map"),
        ("//# sourceMappingURL=a.map\n//# other\n//@ old", "a.map"),
        ("//# sourceMappingURL=a.map\nb()", None),
        ("", None),
    ],
)
def test_only_the_last_comments_count(text, found):
    assert find_mapping_url(text) == found
