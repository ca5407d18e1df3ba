// What the packages that wrangler uses decide about Node, asked as wrangler's hybrid-nodejs-compat plugin asks.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const PRESET = "@cloudflare/unenv-preset";

export async function loadPreset(nodeModules) {
  const require = createRequire(path.join(nodeModules, "wrangler", "package.json"));
  const manifest = (name) => require.resolve(`${name}/package.json`);
  const entry = (name) => {
    const file = manifest(name);
    return path.join(path.dirname(file), JSON.parse(fs.readFileSync(file)).exports["."][name === PRESET ? "import" : "default"]);
  };
  const { defineEnv } = await import(pathToFileURL(entry("unenv")));
  const { getCloudflarePreset, nonPrefixedNodeModules } = await import(pathToFileURL(entry(PRESET)));
  const preset = (compatibilityDate, compatibilityFlags) =>
    getCloudflarePreset({ compatibilityDate, compatibilityFlags });
  const environment = (date, flags) =>
    defineEnv({ presets: [preset(date, flags), { alias: { debug: "debug" } }], npmShims: true }).env;
  return {
    preset,
    environment,
    builtins: nonPrefixedNodeModules,
    source: fs.readFileSync(entry(PRESET), "utf8"),
    versions: Object.fromEntries(
      [PRESET, "unenv"].map((name) => [name, JSON.parse(fs.readFileSync(manifest(name))).version]),
    ),
  };
}
