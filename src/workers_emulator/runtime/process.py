"""One node process that runs one script and those that it calls, from its start to its end."""

import hashlib
import json
import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Self

from workers_emulator.runtime.miniflare_options import make_job
from workers_emulator.runtime.runnable import AssetFile, Runnable, ScriptFailed
from workers_emulator.runtime.tools import Toolchain

LINES_KEPT = 40
SECONDS_TO_DRAIN = 5.0


class ScriptProcess:
    """A running script; `port` is where it listens on loopback."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        folder: Path,
        said: deque[str],
        drain: threading.Thread,
    ) -> None:
        self._process = process
        self._folder = folder
        self._said = said
        self._drain = drain
        self.port = 0

    @classmethod
    def start(cls, runnable: Runnable, tools: Toolchain, root: Path, *, seconds: float) -> Self:
        """Start the script in a folder of its own below `root`; wait `seconds` until it listens.

        What its bindings store stays in `root` for the next process of the same key. Raises
        ScriptFailed when it does not start, and RuntimeUnavailable for a Python Worker.
        """
        made = make_job(runnable)
        folder = Path(tempfile.mkdtemp(dir=root, prefix="script-"))
        job = {
            "root": str(root),
            "nodeModules": str(tools.node_modules),
            "options": made.options | _storage(runnable, root),
            "assets": _write_all_assets(made.assets, folder),
        }
        process = subprocess.Popen(  # noqa: S603 - the node that was found
            [tools.node, Path(__file__).parent / "node" / "run.mjs"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env=_environment(tools.node, folder),
            start_new_session=True,
        )
        assert process.stderr is not None
        said: deque[str] = deque(maxlen=LINES_KEPT)
        drain = threading.Thread(target=_drain, args=(process.stderr, said), daemon=True)
        drain.start()
        started = cls(process, folder, said, drain)
        try:
            started.port = started._introduce(job, seconds)
        except BaseException:
            started.stop()
            raise
        return started

    @property
    def is_alive(self) -> bool:
        """Whether node still runs."""
        return self._process.poll() is None

    def stop(self) -> None:
        """End node and workerd, and remove their folder; what bindings stored stays."""
        _kill_group(self._process.pid)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            with suppress(BrokenPipeError):
                stream.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _introduce(self, job: dict[str, Any], seconds: float) -> int:
        """Hand over the job; return the port that node answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        late = threading.Event()
        timer = threading.Timer(seconds, self._give_up, args=(late,))
        timer.start()
        try:
            self._process.stdin.write(json.dumps(job).encode() + b"\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = b""
        finally:
            timer.cancel()
        if late.is_set():
            raise ScriptFailed(f"the script did not start in {seconds:g} s", is_final=False)
        return self._parse_answer(line)

    def _give_up(self, late: threading.Event) -> None:
        late.set()
        _kill_group(self._process.pid)

    def _parse_answer(self, line: bytes) -> int:
        answer: dict[str, Any] = json.loads(line) if line else {}
        if "port" in answer:
            return int(answer["port"])
        if "error" in answer:
            raise ScriptFailed(answer["error"], is_final=True)
        self._process.wait()
        self._drain.join(SECONDS_TO_DRAIN)  # its last words may still be on their way
        raise ScriptFailed("\n".join(["node ended", *self._said]), is_final=False)


def _storage(runnable: Runnable, root: Path) -> dict[str, str]:
    state = str(root / f"state-{hashlib.sha256(runnable.key.encode()).hexdigest()[:16]}")
    # What miniflare 5 calls it, and miniflare 4.
    return {"resourcePersistencePath": state, "defaultPersistRoot": state}


def _write_all_assets(served: Mapping[str, Runnable], folder: Path) -> list[dict[str, Any]]:
    """Write the assets of all scripts and their settings; return how run.mjs finds them."""
    for made in (folder / "assets", folder / "home", folder / "tmp"):
        made.mkdir()
    return [_write_assets(one, folder, folder / settings) for settings, one in served.items()]


def _write_assets(runnable: Runnable, folder: Path, settings: Path) -> dict[str, Any]:
    settings.mkdir()
    for name in ("_headers", "_redirects"):
        text = runnable.asset_config.get(name)
        if text is not None:
            (settings / name).write_text(text, encoding="utf-8")
    contents = folder / "assets"
    files = [_store(path, file, contents) for path, file in (runnable.assets or {}).items()]
    return {"settings": str(settings), "folder": str(contents), "files": files}


def _store(path: str, file: AssetFile, folder: Path) -> dict[str, str | None]:
    """Write an asset under its hash; return its line of the manifest."""
    content_type = None if file.content_type == "application/null" else file.content_type
    # The hash becomes the ETag, so it tells content and type, and not where it was written.
    content_hash = hashlib.sha256(f"{content_type}\n".encode() + file.content).hexdigest()[:32]
    stored = folder / content_hash
    if not stored.exists():
        stored.write_bytes(file.content)
    path_hash = hashlib.sha256(path.encode()).hexdigest()[:32]
    return {"pathHash": path_hash, "contentHash": content_hash, "contentType": content_type}


def _environment(node: Path, folder: Path) -> dict[str, str]:
    """Return an environment without anything of the emulator's own: scripts run in it."""
    return {
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PATH": os.pathsep.join([str(node.parent), "/usr/local/bin", "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        "NO_COLOR": "1",
    }


def _drain(stream: IO[bytes], said: deque[str]) -> None:
    log = logging.getLogger(__name__)
    with stream:
        for line in _lines(stream):
            said.append(line)
            log.debug("%s", line)


def _lines(stream: IO[bytes]) -> Iterable[str]:
    return (line.decode("utf-8", errors="replace").rstrip() for line in stream)


def _kill_group(leader: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)
