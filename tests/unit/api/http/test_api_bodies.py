"""Request bodies: their bytes, their length, again and again."""

import email
import json
import os
import threading
import tracemalloc
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers_deploy.api.assets import bucket
from workers_deploy.api.assets.bucket import READ_BYTES, BucketBody, base64_length, base64_of
from workers_deploy.api.endpoints.scripts import upload_form, with_hyphens
from workers_deploy.api.http.body import (
    CHUNK_BYTES,
    BytesBody,
    FormBody,
    Part,
    compact_json,
    joined,
    new_boundary,
    slices,
)
from workers_deploy.core.manifest import AssetEntry
from workers_deploy.core.project import Module, ModuleType
from workers_deploy.errors import ChangedError

NAMES = st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12)
PARTS = st.builds(
    Part,
    name=NAMES,
    content=st.binary(max_size=200),
    filename=st.none() | NAMES,
    content_type=st.sampled_from([None, "text/plain", "application/wasm"]),
)


def entry(file, content: bytes, *, path="/a.txt", hash_="h" * 32, content_type="text/plain"):
    file.write_bytes(content)
    return AssetEntry(
        path=path, hash=hash_, size=len(content), content_type=content_type, file=str(file)
    )


def touch(file, *, later: int) -> None:
    """Let a file look as if it were written `later` nanoseconds after it was."""
    os.utime(file, ns=(0, file.stat().st_mtime_ns + later))


def parts_of(body):
    head = f"Content-Type: {body.content_type}\r\n\r\n".encode()
    return email.message_from_bytes(head + b"".join(body)).get_payload()


@given(st.lists(PARTS, max_size=5))
def test_a_form_is_as_long_as_it_says_and_the_same_each_time(parts):
    body = FormBody("BOUNDARY", parts)

    first, second = b"".join(body), b"".join(body)

    assert len(first) == body.length
    assert first == second


@given(st.lists(st.binary(max_size=50)), st.integers(min_value=1, max_value=64))
def test_joining_changes_the_pieces_and_not_the_bytes(pieces, size):
    result = list(joined(pieces, size))

    assert b"".join(result) == b"".join(pieces)
    assert all(len(piece) >= size for piece in result[:-1])


@given(st.binary(max_size=300), st.integers(min_value=1, max_value=64))
def test_slicing_changes_no_byte(content, size):
    assert b"".join(slices(content, size)) == content


def test_a_big_body_in_memory_is_sent_in_slices():
    body = BytesBody(b"x" * (CHUNK_BYTES * 2 + 1), "text/plain")

    assert [len(piece) for piece in body] == [CHUNK_BYTES, CHUNK_BYTES, 1]
    assert body.length == CHUNK_BYTES * 2 + 1


def test_an_upload_is_metadata_as_plain_field_and_then_the_modules():
    modules = [
        Module(name="index.js", type=ModuleType.ESM, content=b"export default {}"),
        Module(name='lib/a"b.wasm', type=ModuleType.WASM, content=b"\0asm"),
    ]

    body = upload_form({"main_module": "index.js", "é": [1]}, modules, boundary="B")

    assert b"".join(body) == (
        b'--B\r\nContent-Disposition: form-data; name="metadata"\r\n\r\n'
        b'{"main_module":"index.js","\xc3\xa9":[1]}\r\n'
        b'--B\r\nContent-Disposition: form-data; name="index.js"; filename="index.js"\r\n'
        b"Content-Type: application/javascript+module\r\n\r\nexport default {}\r\n"
        b'--B\r\nContent-Disposition: form-data; name="lib/a%22b.wasm"; '
        b'filename="lib/a%22b.wasm"\r\nContent-Type: application/wasm\r\n\r\n\0asm\r\n'
        b"--B--\r\n"
    )


def test_no_two_boundaries_are_equal():
    assert new_boundary() != new_boundary()


def test_a_body_never_shows_its_content():
    secret = Part(name="metadata", content=b"hunter2")

    shown = repr(secret) + repr(FormBody("B", [secret])) + repr(BytesBody(b"hunter2", "a/b"))

    assert "hunter2" not in shown


def test_json_is_written_as_javascript_writes_it():
    assert compact_json({"a": "é/\u2028", "n": None}) == '{"a":"é/\u2028","n":null}'.encode()


def test_a_version_id_gets_its_hyphens_only_where_they_are_missing():
    assert with_hyphens("already-has-them") == "already-has-them"
    assert with_hyphens(None) is None


@pytest.mark.parametrize(
    "size", [0, 1, 2, 3, 4, READ_BYTES - 1, READ_BYTES, READ_BYTES + 1, 3 * READ_BYTES + 2]
)
def test_a_file_becomes_base64_without_line_breaks_of_any_size(tmp_path, size):
    content = bytes(index % 251 for index in range(size))
    body = BucketBody("B", (entry(tmp_path / "a", content),))

    (part,) = parts_of(body)
    text = part.get_payload()

    assert part.get_param("name", header="content-disposition") == "h" * 32
    assert part.get_filename() == "h" * 32
    assert "\n" not in text
    assert (
        email.message_from_string("Content-Transfer-Encoding: base64\n\n" + text).get_payload(
            decode=True
        )
        == content
    )
    assert len(b"".join(body)) == body.length


@given(sizes=st.lists(st.integers(min_value=0, max_value=2000), min_size=0, max_size=8))
def test_a_bucket_is_as_long_as_it_says(tmp_path_factory, sizes):
    folder = tmp_path_factory.mktemp("bucket")
    entries = tuple(
        entry(folder / str(index), b"\xff" * size, hash_=f"{index:032x}")
        for index, size in enumerate(sizes)
    )
    body = BucketBody("B", entries)

    assert len(b"".join(body)) == body.length


def test_a_file_without_a_known_type_is_served_without_one(tmp_path):
    body = BucketBody("B", (entry(tmp_path / "a", b"x", content_type=None),))

    assert parts_of(body)[0]["content-type"] == "application/null"


def test_a_bucket_can_be_read_again(tmp_path):
    body = BucketBody("B", (entry(tmp_path / "a", b"x" * 1000),))

    assert b"".join(body) == b"".join(body)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda file: file.write_bytes(b"shor"), "has shrunk"),
        (lambda file: file.write_bytes(b"longer than before"), "has grown"),
        (lambda file: file.unlink(), "could not be read: No such file"),
    ],
)
def test_a_file_that_changed_since_its_hash_was_taken_stops_the_upload(tmp_path, change, words):
    file = tmp_path / "a"
    body = BucketBody("B", (entry(file, b"as hashed", path="/page.html"),))
    change(file)

    with pytest.raises(ChangedError, match=f"the asset /page.html {words}"):
        b"".join(body)


@pytest.mark.parametrize("size", [0, 9, READ_BYTES, 2 * READ_BYTES + 1])
def test_a_file_that_was_written_to_stops_the_upload_before_its_part_ends(tmp_path, size):
    file, content = tmp_path / "a", b"x" * size
    hashed = entry(file, content)
    hashed = replace(hashed, modified_ns=file.stat().st_mtime_ns)
    touch(file, later=1)
    sent: list[bytes] = []

    with pytest.raises(ChangedError, match=r"/a\.txt has been written to since"):
        sent.extend(base64_of(hashed))

    assert len(b"".join(sent)) < base64_length(size) or size == 0


def test_a_file_that_is_written_to_while_it_is_read_stops_the_upload(tmp_path):
    file = tmp_path / "a"
    hashed = entry(file, b"x" * (2 * READ_BYTES))
    pieces = base64_of(replace(hashed, modified_ns=file.stat().st_mtime_ns))
    next(pieces)
    touch(file, later=-1)

    with pytest.raises(ChangedError):
        next(pieces)


def test_a_file_that_shrinks_after_it_was_read_stops_the_upload(tmp_path, monkeypatch):
    hashed = entry(tmp_path / "a", b"as hashed")
    real = os.read

    def read_and_empty(descriptor: int, size: int) -> bytes:
        content = real(descriptor, size)
        os.truncate(hashed.file, 0)
        return content

    monkeypatch.setattr(bucket.os, "read", read_and_empty)

    with pytest.raises(ChangedError, match="has shrunk"):
        list(base64_of(hashed))


def test_a_file_that_is_as_its_entry_says_or_whose_time_nobody_knows_is_sent(tmp_path):
    file = tmp_path / "a"
    unknown = entry(file, b"abc")
    known = replace(unknown, modified_ns=file.stat().st_mtime_ns)

    sent = b"".join(base64_of(known))
    touch(file, later=1)

    assert sent == b"".join(base64_of(unknown)) == b"YWJj"
    assert known == unknown


def test_a_read_that_gives_less_is_followed_by_another(tmp_path, monkeypatch):
    hashed = entry(tmp_path / "a", b"as hashed")
    real = os.read
    monkeypatch.setattr(bucket.os, "read", lambda descriptor, size: real(descriptor, min(size, 2)))

    assert b"".join(base64_of(hashed)) == b"YXMgaGFzaGVk"


def test_small_files_go_out_in_few_pieces(tmp_path):
    entries = tuple(
        entry(tmp_path / str(index), b"x" * 100, hash_=f"{index:032x}") for index in range(1000)
    )

    assert len(list(BucketBody("B", entries))) < 10


@pytest.mark.parametrize(("count", "size"), [(1, 25 * 2**20), (200, 200 * 1024)])
def test_a_bucket_is_never_in_memory_as_a_whole(tmp_path, count, size):
    entries = tuple(
        entry(tmp_path / str(index), b"\0" * size, hash_=f"{index:032x}") for index in range(count)
    )
    body = BucketBody("B", entries)
    tracemalloc.start()

    sent = sum(len(piece) for piece in body)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert sent == body.length > 25 * 2**20
    assert peak < 2 * 2**20


def test_a_manifest_is_what_the_session_takes():
    manifest = {"/naïve/日本語.html": {"hash": "a" * 32, "size": 3}}

    assert json.loads(compact_json({"manifest": manifest}))["manifest"] == manifest


def test_files_are_read_by_one_thread_at_a_time(tmp_path, monkeypatch):
    bodies = [
        BucketBody("B", (entry(tmp_path / name, name.encode(), path=f"/{name}"),))
        for name in ("a.txt", "b.txt")
    ]
    second = threading.Thread(target=lambda: list(bodies[1]))
    reading, most = [], []
    read = os.read

    def read_and_let_the_other_try(descriptor: int, size: int) -> bytes:
        reading.append(descriptor)
        most.append(len(reading))
        if not second.ident:
            second.start()
            second.join(0.05)
        content = read(descriptor, size)
        reading.remove(descriptor)
        return content

    monkeypatch.setattr(bucket.os, "read", read_and_let_the_other_try)
    first = list(bodies[0])
    second.join()

    assert b"YS50eHQ=" in b"".join(first)
    assert most == [1, 1]
