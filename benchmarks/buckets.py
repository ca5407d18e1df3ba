"""Reads a bucket's form without searching it: a part's length follows from the manifest."""

from collections.abc import Iterator, Mapping

LONGEST_HEAD = 512  # bytes from a boundary to a part's content


class BucketForm:
    """The multipart form of POST assets/upload?base64=true."""

    def __init__(self, content_type: str, body: memoryview) -> None:
        boundary = content_type.partition("boundary=")[2].strip('"')
        self._boundary = f"--{boundary}".encode("latin-1")
        self._body = body

    def parts(self, sizes: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        """Yield hash and content type of each part.

        Raises:
            ValueError: a part is not where the sizes of the parts before it say.

        """
        at = 0
        while True:
            head = bytes(self._body[at : at + LONGEST_HEAD])
            if not head.startswith(self._boundary):
                raise ValueError(f"no boundary at byte {at}")
            if head.startswith(b"--", len(self._boundary)):
                return
            end = head.index(b"\r\n\r\n") + 4
            text = head[:end].decode("latin-1")
            hash_ = text.partition('; name="')[2].partition('"')[0]
            content_type = text.lower().partition("content-type: ")[2].partition("\r\n")[0]
            yield hash_, content_type
            at += end + (sizes[hash_] + 2) // 3 * 4 + 2
