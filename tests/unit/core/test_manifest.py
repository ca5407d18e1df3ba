"""A manifest counts every file, and stores equal ones once."""

from dataclasses import replace

from fakes.builders import manifest
from workers_deploy.core.manifest import AssetManifest


def test_a_manifest_is_sent_by_path_with_hash_and_size():
    assert manifest("/a.txt", "/b.txt").as_json() == {
        "/a.txt": {"hash": f"{0:032x}", "size": 10},
        "/b.txt": {"hash": f"{1:032x}", "size": 11},
    }


def test_equal_files_are_stored_once_and_counted_each():
    first, second = manifest("/a.txt", "/b.txt").entries
    twin = replace(first, path="/c.txt")
    found = AssetManifest(entries=(first, second, twin))

    assert found.by_hash == {first.hash: first, second.hash: second}
    assert found.by_hash[first.hash] is first
    assert found.total_bytes == 31
