import json

import pytest

from fakes.builders import project
from workers_deploy.core.project import Module, ModuleType, ScriptFormat
from workers_deploy.core.source_places import find_in_checkout, read_lines, read_numbers
from workers_deploy.errors import Place

# Columns 1 and 9 of line 2 come from the first source, 3:1 and 3:7; line 3 from the second, 3:1;
# lines 4 and 5 from nothing; column 5 of line 6 from the second.
MAPPINGS = ";AAEA,QAAM;ACAN;A;Q;IAAA"


def module(name="index.js", **more):
    return Module(name=name, type=ModuleType.ESM, content=b"", **more)


def source_map(*, mappings=MAPPINGS, sources=("src/boot.ts", "src/index.ts"), name="index.js.map"):
    content = json.dumps({"version": 3, "mappings": mappings}).encode()
    return Module(name=name, type=ModuleType.SOURCE_MAP, content=content, sources=sources)


def find(file, line=None, column=None, *modules, **more):
    found = find_in_checkout(
        Place(file=file, line=line, column=column), project(modules=modules, **more)
    )
    return None if found is None else str(found)


@pytest.mark.parametrize(
    ("line", "column", "found"),
    [
        (2, 1, "src/boot.ts:3:1"),
        (2, 8, "src/boot.ts:3:1"),
        (2, 9, "src/boot.ts:3:7"),
        (2, 99, "src/boot.ts:3:7"),
        (2, None, "src/boot.ts:3:1"),
        (3, 1, "src/index.ts:3:1"),
        (1, 1, None),  # no piece of the line is mapped
        (4, 5, None),  # a piece of no source
        (6, 4, None),  # before the first piece
        (6, 5, "src/index.ts:3:1"),
        (99, 1, None),
    ],
)
def test_a_place_in_a_bundle_is_one_in_a_source(line, column, found):
    assert find("index.js", line, column, module(), source_map()) == found


def test_a_module_that_is_a_file_is_told_by_its_path():
    modules = (module(), module("lib/a.js", file="app/src/lib/a.js"))

    assert find("lib/a.js", 3, 9, *modules) == "app/src/lib/a.js:3:9"
    assert find("./lib/a.js", 3, None, *modules) == "app/src/lib/a.js:3"


def test_a_map_that_is_not_uploaded_is_read_too():
    assert find("index.js", 2, 1, module(), local_source_map=source_map()) == "src/boot.ts:3:1"


def test_a_module_is_found_under_the_name_that_it_was_sent_with():
    assert find("lib/a.js", 3, 9, module("./lib/a.js", file="src/a.js")) == "src/a.js:3:9"


def test_without_a_column_the_first_one_is_meant():
    second = source_map(mappings="CAAA")

    assert find("index.js", 1, None, module(), second) is None
    assert find("index.js", 1, 2, module(), second) == "src/boot.ts:1:1"


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("w+B", [1000]), ("x+B", [-1000]), ("C", [1]), ("A", [0]), ("ghgB", [16400]), ("AC", [0, 1])],
)
def test_numbers_of_any_length_are_read(text, numbers):
    assert read_numbers(text) == numbers


def test_an_empty_piece_moves_nothing():
    assert [one.column for one in read_lines(",CAAA", [0])[0]] == [1]


def test_the_only_code_of_a_service_worker_is_meant_whatever_it_is_called():
    found = find(
        "worker.js", 2, 1, module(), source_map(),
        main_module="index.js", format=ScriptFormat.SERVICE_WORKER,
    )  # fmt: skip

    assert found == "src/boot.ts:3:1"


def test_a_module_that_nobody_sent_is_no_file():
    assert find("node:internal", 1, 1, module(file="index.js")) is None


def test_a_source_that_is_no_file_of_the_checkout_leaves_the_module():
    sources = (None, "src/index.ts")

    assert find("index.js", 2, 1, module(file="dist/index.js"), source_map(sources=sources)) == (
        "dist/index.js:2:1"
    )
    assert find("index.js", 2, 1, module(), source_map(sources=sources)) is None


@pytest.mark.parametrize("mappings", ["!!", ";AA", ";AAEA,é", None, 5, ";AZZZZZ"])
def test_a_map_that_is_none_says_nothing(mappings):
    modules = (module(file="index.js"), source_map(mappings=mappings, sources=()))

    assert find("index.js", 2, 1, *modules) == "index.js:2:1"


@pytest.mark.parametrize("content", [b"{", b"[]"])
def test_a_map_that_is_no_object_says_nothing(content):
    broken = Module(name="index.js.map", type=ModuleType.SOURCE_MAP, content=content)

    assert find("index.js", 1, 1, module(file="index.js"), broken) == "index.js:1:1"


def test_pieces_are_ordered_by_their_column():
    assert [one.column for one in read_lines("QAAA,JAAA", [0])[0]] == [4, 8]


def test_lines_before_count_as_often_as_their_pieces():
    found = read_lines("AACC,AACC;AACC;x,AACC;AACC", [3, 1, 9])

    assert [(line, one.source_line) for line, (one,) in found.items()] == [(1, 3), (3, 5)]
