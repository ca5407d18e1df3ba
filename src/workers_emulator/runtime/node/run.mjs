/**
 * Runs one deployed script, and those that it calls, in workerd, through the miniflare that is installed.
 *
 * The first line of standard input is the job (process.py makes it); standard output carries
 * one line back: {"port": N} or {"error": "..."}. The end of standard input is the end of everything:
 * so nothing outlives the emulator, not even one that is killed.
 */
import { createRequire } from "node:module";
import { rmSync, writeSync } from "node:fs";
import path from "node:path";

const LOOPBACK = new Set(["localhost", "127.0.0.1", "[::1]"]);
const MANIFEST_HEADER = 20;
const MANIFEST_ENTRY = 40;

let root;
let runtime;

/** The emulator ends a script by killing it; that its pipe closes means that itself was killed. */
async function endAsOrphan() {
  // workerd may hang in its own start; two seconds are enough to close what can be closed.
  setTimeout(() => process.exit(1), 2000);
  await runtime?.dispose().catch(() => {});
  if (root !== undefined) {
    rmSync(root, { recursive: true, force: true });
  }
  process.exit(1);
}

function say(answer) {
  writeSync(1, `${JSON.stringify(answer)}\n`);
}

/** Bytes travel as {"$base64": "..."}. */
function revive(_key, value) {
  return typeof value?.$base64 === "string" ? new Uint8Array(Buffer.from(value.$base64, "base64")) : value;
}

/** The world of a deployed script is this machine: a fetch to anything else fails as an unknown host does. */
function outbound(mf) {
  return async (request) => {
    const { hostname } = new URL(request.url);
    if (LOOPBACK.has(hostname)) {
      return mf.fetch(request, { redirect: "manual" });
    }
    return new mf.Response(`error code: 1016 (the emulator does not reach ${hostname})`, { status: 530 });
  };
}

/** workers-shared's manifest: entries sorted by path hash, 16 bytes of path hash, 16 of content hash, 8 spare. */
function encodeManifest(files) {
  const entries = files.map((file) => Buffer.from(file.pathHash + file.contentHash, "hex"));
  entries.sort(Buffer.compare);
  const manifest = new Uint8Array(MANIFEST_HEADER + entries.length * MANIFEST_ENTRY);
  entries.forEach((entry, index) => manifest.set(entry, MANIFEST_HEADER + index * MANIFEST_ENTRY));
  return manifest;
}

/** miniflare pastes the content type into JSON text, unescaped. */
function reverseMap(files) {
  return Object.fromEntries(
    files.map((file) => [
      file.contentHash,
      {
        filePath: file.contentHash,
        contentType: file.contentType === null ? null : JSON.stringify(file.contentType).slice(1, -1),
      },
    ]),
  );
}

function theBinding(services, name) {
  const found = services.flatMap((service) => service.worker?.bindings ?? []).filter((one) => one.name === name);
  if (found.length !== 1) {
    throw new Error(`this miniflare serves assets in a way that the emulator does not know (${name})`);
  }
  return found[0];
}

/**
 * Assets as they were uploaded. miniflare reads a directory and guesses content types; Cloudflare serves
 * a manifest with the types of the upload, and its paths need not be possible in a directory ("/a" and
 * "/a/b"). So the manifest is ours; serving, _headers and _redirects stay miniflare's.
 */
function serveUploadedAssets(mf, served) {
  const original = mf.ASSETS_PLUGIN.getServices;
  mf.ASSETS_PLUGIN.getServices = async function (options) {
    const services = await original.call(this, options);
    if (services.length > 0) {
      const disks = services.filter((one) => one.disk !== undefined);
      const assets = served.find(({ settings }) => disks.some(({ disk }) => path.resolve(disk.path) === settings));
      if (assets === undefined) {
        throw new Error("this miniflare serves assets in a way that the emulator does not know (disk)");
      }
      theBinding(services, "ASSETS_MANIFEST").data = encodeManifest(assets.files);
      theBinding(services, "ASSETS_REVERSE_MAP").json = JSON.stringify(reverseMap(assets.files));
      for (const service of disks) {
        service.disk = { path: assets.folder, writable: false, allowDotfiles: true };
      }
    }
    return services;
  };
}

/** A date that this workerd does not know yet, or that is to come, is played by the newest that works. */
function knownDate(newest, date) {
  return [date, newest, new Date().toISOString().slice(0, 10)].sort()[0];
}

/** What workerd wrote before it gave up names the service that we made up: only another script's name helps. */
function complaints(errors, asked) {
  const named = (_, name) => (name === asked ? "" : `the script ${name}, which ${asked} calls: `);
  return errors.map((message) => message.replace(/^service core:user:([^:]*): /, named)).join("\n");
}

async function start(job, errors) {
  root = job.root;
  const require = createRequire(path.join(job.nodeModules, "miniflare", "package.json"));
  const mf = require(path.join(job.nodeModules, "miniflare"));
  const newest = require("workerd").compatibilityDate;
  const log = ({ level, message }) => {
    console.error(`${level}: ${message}`);
    if (level === "error" && errors.length < 10) {
      errors.push(message);
    }
  };
  const options = { ...job.options, log: new mf.NoOpLog(), handleStructuredLogs: log };
  for (const worker of options.workers) {
    worker.outboundService = outbound(mf);
    worker.compatibilityDate = knownDate(newest, worker.compatibilityDate);
  }
  if (job.assets.length > 0) {
    serveUploadedAssets(mf, job.assets);
  }
  runtime = new mf.Miniflare(mf.convertV4MiniflareOptions?.(options) ?? options);
  const url = await runtime.ready;
  say({ port: Number(url.port) });
}

// Standard output is the answer's alone.
console.log = console.info = console.debug = console.error;

let received = "";
let started = false;
process.stdin.setEncoding("utf8");
process.stdin.on("end", endAsOrphan);
process.stdin.on("data", (chunk) => {
  received += started ? "" : chunk;
  if (!started && received.includes("\n")) {
    started = true;
    const errors = [];
    const job = JSON.parse(received, revive);
    start(job, errors).catch((error) => {
      say({ error: complaints(errors, job.options.workers[0].name) || String(error?.message ?? error) });
    });
    received = "";
  }
});
