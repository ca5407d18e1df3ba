"""Scripts to run in workerd, and what they answer."""

from pathlib import Path
from typing import Any

from workers_emulator.runtime.runtime import AssetFile, Part, RunAnswer, Runnable, Runtime

NODE_MODULES = Path(__file__).parents[2] / ".node" / "node_modules"
ES_MODULE = "application/javascript+module"
# The smallest module that computes: exports add(i32, i32) -> i32.
WASM = bytes.fromhex(
    "0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b"
)


def part(name: str, content: str | bytes, content_type: str = ES_MODULE) -> Part:
    raw = content.encode() if isinstance(content, str) else content
    return Part(name=name, content_type=content_type, content=raw)


def asset(content: str, content_type: str | None = "text/html; charset=utf-8") -> AssetFile:
    return AssetFile(content=content.encode(), content_type=content_type)


def runnable(source: str | None = None, **fields: Any) -> Runnable:
    defaults: dict[str, Any] = {
        "key": f"account/hello/{source}",
        "script_name": "hello",
        "main_module": None if source is None else "index.js",
        "body_part": None,
        "modules": () if source is None else (part("index.js", source),),
        "bindings": (),
        "compatibility_date": "2026-11-01",
        "compatibility_flags": (),
        "assets": None,
        "asset_config": {},
    }
    return Runnable(**(defaults | fields))


def get(runtime: Runtime, script: Runnable, path: str = "/", **headers: str) -> RunAnswer:
    sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
    return runtime.fetch(script, "GET", path, sent, b"")


def header(answer: RunAnswer, name: str) -> str | None:
    return next((value for one, value in answer.headers if one.lower() == name), None)


ECHO = """
export default {
  async fetch(request, env) {
    const seen = {
      method: request.method, url: request.url, headers: [...request.headers],
      body: await request.text(), vars: [env.TEXT, env.SECRET, env.JSON, env.NUMBER],
    };
    const headers = [["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"], ["X-Seen", "yes"]];
    return Response.json(seen, { status: 418, headers });
  },
};
"""
VARIABLES = (
    {"type": "plain_text", "name": "TEXT", "text": "täxt"},
    {"type": "secret_text", "name": "SECRET", "text": "line 1\nline 2"},
    {"type": "json", "name": "JSON", "json": {"a": [1, "é", None]}},
    {"type": "json", "name": "NUMBER", "json": 42},
)


def echo() -> Runnable:
    return runnable(ECHO, bindings=VARIABLES)
