// Asks wrangler and the packages that it uses about Node: the oracle of the table in the package.
//
// stdin: a JSON array of {date, flags}; stdout: an array of {mode, error, environment} in the same order. argv: the node_modules.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

function loadRules(nodeModules) {
  // The rule is not exported: wrangler's program is compiled with one more line.
  const file = path.join(nodeModules, "wrangler", "wrangler-dist", "cli.js");
  const wrangler = new Module(file, module);
  wrangler.filename = file;
  wrangler.paths = Module._nodeModulePaths(path.dirname(file));
  wrangler._compile(
    `${fs.readFileSync(file, "utf8")}\ninit_node_compat2();\nexports.rule = validateNodeCompatMode;\n`,
    file,
  );
  return wrangler.exports.rule;
}

function modeOf(rule, date, flags) {
  try {
    return { mode: rule(date, flags, {}), error: null };
  } catch (error) {
    return { mode: null, error: error.message };
  }
}

async function all() {
  // Read before wrangler is loaded: it makes stdin one that must not be waited for.
  const pairs = JSON.parse(fs.readFileSync(0, "utf8"));
  const nodeModules = process.argv[2];
  const { loadPreset } = await import(path.join(__dirname, "preset.mjs"));
  const { environment, versions, builtins } = await loadPreset(nodeModules);
  const rule = loadRules(nodeModules);
  const answers = pairs.map(({ date, flags }) => ({
    ...modeOf(rule, date, flags),
    environment: environment(date, flags),
  }));
  process.stdout.write(JSON.stringify({ versions, builtins, answers }), () => process.exit(0));
}

all();
