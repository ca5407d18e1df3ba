"""The least that hashing takes: read, base64, BLAKE3, in one process per core; prints seconds.

`python bare_loop.py SOURCE DIRECTORY ENCODER`: the encoder is `base64`, the standard library's, or
`pybase64`, as ours. The list of files is made before the clock starts.
"""

import importlib
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence

from blake3 import blake3


def hash_all(paths: Sequence[str]) -> int:
    encode = importlib.import_module(sys.argv[3]).b64encode
    for path in paths:
        with open(path, "rb") as file:  # noqa: PTH123 - nothing but the least
            blake3(encode(file.read())).hexdigest()
    return len(paths)


def main() -> None:
    paths = [f"{folder}/{name}" for folder, _, names in os.walk(sys.argv[2]) for name in names]
    cores = len(os.sched_getaffinity(0))
    began = time.monotonic()
    with multiprocessing.get_context("fork").Pool(cores) as pool:
        pool.map(hash_all, [paths[first::cores] for first in range(cores)], chunksize=1)
    print(time.monotonic() - began)


if __name__ == "__main__":
    main()
