"""Configurations at the edge of what wrangler takes: odd texts, and rules easily missed."""

from parity.our_configurations import jsonc, toml

ASSETS = {"directory": "public", "binding": "A"}

TAKEN: dict[str, tuple[str, str]] = {
    "toml 1.1": toml('vars = {\n A = "\\x41\\e", # one, }\n B = [1, { c = "x", },],\n}\n'),
    "toml dates in variables": toml(
        "[vars.A]\ntime = 10:30\nlong = 10:30:15.123456\nday = 1979-05-27\n"
        "there = 1979-05-27T07:32:00-08:00\nlocal = 1979-05-27 07:32:00.999999\n"
        "here = [1979-05-27T07:32Z]\nold = 0001-01-01T00:00:00+05:00\n"
    ),
    "toml dates elsewhere": toml(
        '[[services]]\nbinding = "S"\nservice = "s"\nprops = { day = 1979-05-27 }\n'
        '[unsafe]\nbindings = [{ name = "U", type = "odd", day = 1979-05-27 }]\n'
    ),
    "toml line breaks of Windows": toml(
        "vars = { A = \"\"\"\r\na\r\nb\\\r\n  c\\\\\r\n\"\"\", B = '''\r\na\\\r\nb''' }\r\n"
    ),
    "toml integers as large as JavaScript's": toml(
        "vars = { A = 9007199254740991, B = -9007199254740991, C = 9007199254740993.0 }\n"
    ),
    "environments of a string": jsonc(env="x"),
    "an environment of a string": ("wrangler.json", jsonc(env={"other": "x", "own": {}})[1]),
    "flags that contradict": jsonc(compatibility_flags=["nodejs_compat", "no_nodejs_compat"]),
    "rules of assets that do not overlap": jsonc(
        assets={**ASSETS, "run_worker_first": ["/a/*", "/a", "!/a/*", "!/a", "/b*"]}
    ),
}
REFUSED: dict[str, tuple[str, str]] = {
    "toml integer above JavaScript's": toml("vars = { A = 9007199254740992 }\n"),
    "toml integer below JavaScript's": toml("vars = { A = [-0x20000000000000] }\n"),
    "toml time as a variable": toml("[vars]\nTIME = 10:30\n"),
    "array of a comma": ("wrangler.json", '{"name": "p", "compatibility_flags": [ ,]}'),
    "object of a comma": ("wrangler.json", '{"name": "p", "vars": {/* none */,}}'),
    "array of two commas": ("wrangler.json", '{"name": "p", "compatibility_flags": ["a",,]}'),
    "rules of assets that are equal": jsonc(
        assets={**ASSETS, "run_worker_first": ["/a", "!/a", "!/a"]}
    ),
    "rules of assets that are redundant": jsonc(
        assets={**ASSETS, "run_worker_first": ["/a/b", "/a*"]}
    ),
    "a secret that is required twice": jsonc(secrets={"required": ["A", "B", "A"]}),
    "schema of logfwdr": jsonc(logfwdr={"schema": None, "bindings": []}),
}
