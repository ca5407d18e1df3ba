"""Projects with packages that people deploy."""

from collections.abc import Mapping

from parity.bundling.suite import Suited, answering, with_node

_TSCONFIG_HONO = '{"compilerOptions": {"jsx": "react-jsx", "jsxImportSource": "hono/jsx"}}'
_TSCONFIG_REACT = '{"compilerOptions": {"jsx": "react-jsx"}}'

PROJECTS: Mapping[str, Suited] = {
    "hono with jsx": with_node(
        main="src/index.tsx",
        paths=("/", "/list/3", "/nowhere"),
        files={
            "tsconfig.json": _TSCONFIG_HONO,
            "src/index.tsx": """
import { Hono } from "hono";
import { cors } from "hono/cors";
import { logger } from "hono/logger";
import { html } from "hono/html";
import type { FC } from "hono/jsx";
import { List } from "./list";
const Page: FC = ({ children }) => <html><body>{children}</body></html>;
const app = new Hono<{ Bindings: { WORD: string } }>();
app.use(cors(), logger());
app.get("/", (c) => c.html(<Page><h1>hi & ü</h1></Page>));
app.get("/list/:count", (c) => c.html(<Page><List count={Number(c.req.param("count"))} /></Page>));
app.notFound((c) => c.html(html`<p>${c.req.path}</p>`, 404));
export default app;
""",
            "src/list.tsx": """
export const List = ({ count }: { count: number }) => (
  <ul>{Array.from({ length: count }, (_, at) => <li>{at}</li>)}</ul>
);
""",
        },
    ),
    "pg": with_node(
        files={
            "src/index.ts": answering(
                """
    const client = new Client({ connectionString: "postgres://u:p@localhost:5432/d" });
    const { user, database, port } = client;
    const parsed = types.getTypeParser(23)("42");
    return Response.json([user, database, port, escapeIdentifier('a"b'), parsed]);
""",
                'import pg, { Client, escapeIdentifier, types } from "pg";\n'
                "console.log(typeof pg.Pool);",
            ),
        },
    ),
    "postgres": with_node(
        files={
            "src/index.ts": answering(
                """
    const sql = postgres("postgres://u:p@localhost:5432/d", { max: 1, fetch_types: false });
    const { host, port, database } = sql.options;
    return Response.json([host, port, database, typeof sql.begin]);
""",
                'import postgres from "postgres";',
            ),
        },
    ),
    "mysql2": with_node(
        files={
            "src/index.ts": answering(
                """
    const config = { host: "localhost", user: "u", disableEval: true };
    const query = mysql.format("select ?", ["a'b"]);
    return Response.json([query, escape("x'"), Object.keys(config), typeof createConnection]);
""",
                'import mysql, { createConnection } from "mysql2/promise";\n'
                'import { escape } from "mysql2";',
            ),
        },
    ),
    "stripe": with_node(
        files={
            "src/index.ts": answering(
                """
    const stripe = new Stripe("sk_test_1", { httpClient: Stripe.createFetchHttpClient() });
    const header = await stripe.webhooks.generateTestHeaderStringAsync({
      payload: "{}", secret: "whsec", timestamp: 1700000000,
      cryptoProvider: Stripe.createSubtleCryptoProvider(),
    });
    return Response.json([header, typeof stripe.customers.create]);
""",
                'import Stripe from "stripe";',
            ),
        },
    ),
    "openai": with_node(
        files={
            "src/index.ts": answering(
                """
    const client = new OpenAI({
      apiKey: "k", maxRetries: 0,
      fetch: async (url, init) => Response.json({ url: String(url), body: JSON.parse(init.body) }),
    });
    const messages = [{ role: "user", content: "ü" }];
    const answer = await client.chat.completions.create({ model: "m", messages });
    return Response.json(answer);
""",
                'import OpenAI from "openai";',
            ),
        },
    ),
    "zod": with_node(
        paths=("/?n=4", "/?n=x"),
        files={
            "src/index.ts": answering(
                """
    const Query = z.object({ n: z.coerce.number().int().min(1), word: z.string().default("w") });
    const parsed = Query.safeParse(Object.fromEntries(new URL(request.url).searchParams));
    return Response.json(parsed.success ? parsed.data : z.treeifyError(parsed.error));
""",
                'import { z } from "zod";',
            ),
        },
    ),
    "jose": with_node(
        files={
            "src/index.ts": answering(
                """
    const key = new TextEncoder().encode("0123456789abcdef0123456789abcdef");
    const unsigned = new SignJWT({ who: "ü" }).setProtectedHeader({ alg: "HS256" });
    const token = await unsigned.setIssuedAt(1).sign(key);
    const { payload } = await jwtVerify(token, key);
    return Response.json([token, payload]);
""",
                'import { SignJWT, jwtVerify } from "jose";',
            ),
        },
    ),
    "aws sdk": with_node(
        files={
            "src/index.ts": answering(
                """
    const client = new SQSClient({
      region: "eu-central-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      requestHandler: {
        async handle({ hostname, method }) {
          const body = new Blob([JSON.stringify({ QueueUrls: [hostname, method] })]).stream();
          return { response: { statusCode: 200, headers: {}, body } };
        },
      },
    });
    const { QueueUrls } = await client.send(new ListQueuesCommand({}));
    return Response.json(QueueUrls);
""",
                'import { ListQueuesCommand, SQSClient } from "@aws-sdk/client-sqs";',
            ),
        },
    ),
    "express": with_node(
        main="src/index.js",
        files={
            "src/index.js": """
import express from "express";
const app = express();
app.get("/", (asked, answer) => answer.send("express"));
export default { fetch: () => Response.json([typeof app.listen, typeof app.handle]) };
""",
        },
    ),
    "npm shims": with_node(
        main="src/index.js",
        files={
            "src/index.js": answering(
                """
    const { width } = inherited;
    debug("app")("said");
    return Response.json([typeof fetch2, typeof required.default, width, typeof debug.enable]);
""",
                """
import fetch2 from "node-fetch";
import debug from "debug";
import inherited, { required } from "./required.cjs";
""",
            ),
            "src/required.cjs": """
const inherits = require("inherits");
function Base() {}
Base.prototype.width = 3;
function Child() {}
inherits(Child, Base);
exports.width = new Child().width;
exports.required = require("node-fetch");
exports.whatwg = require("whatwg-url");
exports.debug = require("debug");
""",
        },
    ),
    "react on the server": with_node(
        main="src/index.tsx",
        files={
            "tsconfig.json": _TSCONFIG_REACT,
            "src/index.tsx": """
import { renderToString } from "react-dom/server";
import { useId } from "react";
const App = ({ word }: { word: string }) => <p id={useId()}>{word}</p>;
export default { fetch: () => new Response(renderToString(<><App word="a" /><App word="b" /></>)) };
""",
        },
    ),
    "uuid": with_node(
        files={
            "src/index.ts": answering(
                'return new Response(v5("a", v5.URL) + validate("x") + v4().length);',
                'import { v4, v5, validate } from "uuid";',
            ),
        },
    ),
}
