"""Projects whose packages are bundled: the three largest bundles of the parity tests."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks.sites import Site
from benchmarks.tools import ROOT

PACKAGES = ROOT / ".node" / "node_modules"
CONFIG = {
    "name": "bench",
    "main": "index.ts",
    "compatibility_date": "2025-06-01",
    "compatibility_flags": ["nodejs_compat"],
}
ENTRIES: Mapping[str, str] = {
    "stripe": """
import Stripe from "stripe";
const client = new Stripe("sk_test_1");
export default { fetch: () => new Response(typeof client.customers.create) };
""",
    "openai and zod": """
import OpenAI from "openai";
import { z } from "zod";
const Answer = z.object({ word: z.string() });
export default { fetch: () => new Response(typeof OpenAI + Answer.parse({ word: "a" }).word) };
""",
    "an AWS client and mysql2": """
import { SQSClient } from "@aws-sdk/client-sqs";
import mysql from "mysql2/promise";
export default { fetch: () => new Response(typeof SQSClient + mysql.escape("a'")) };
""",
}


def bundled_projects(cache: Path) -> Iterator[Site]:
    """Write each project, with the packages of the tests and their esbuild, and yield it."""
    for packages, source in ENTRIES.items():
        folder = cache / "bundles" / packages.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "node_modules").is_symlink():
            (folder / "node_modules").symlink_to(PACKAGES)
        (folder / "index.ts").write_text(source, encoding="utf-8")
        (folder / "wrangler.json").write_text(json.dumps(CONFIG), encoding="utf-8")
        yield Site(title=f"a bundle of {packages}", folder=folder, files=0, size=0)
