"""Projects whose packages are bundled: the three largest bundles of the parity tests."""

import json
from collections.abc import Iterator, Mapping

from benchmarks.sites import Site
from benchmarks.tools import ROOT

# Beside the installed packages, so that both tools find them, and their esbuild, by walking up.
FOLDER = ROOT / ".node" / "bench"
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


def bundled_projects() -> Iterator[Site]:
    """Write each project, and yield it."""
    for packages, source in ENTRIES.items():
        folder = FOLDER / packages.replace(" ", "-")
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "index.ts").write_text(source, encoding="utf-8")
        (folder / "wrangler.json").write_text(json.dumps(CONFIG), encoding="utf-8")
        yield Site(title=f"a bundle of {packages}", folder=folder, files=0, size=0)
