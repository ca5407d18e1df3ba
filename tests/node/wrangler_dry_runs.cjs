// Makes many dry runs of wrangler in one process: starting it takes a second, a dry run a tenth of that.
//
// stdin: a JSON array of {directory, arguments}; stdout: an array of {error} in the same order, null if
// wrangler took it. argv: the wrangler package's directory. What wrangler itself prints is kept out.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

function loadMain(folder) {
  // The entry point of the command line is not exported: it is compiled with one more line.
  const file = path.join(folder, "wrangler-dist", "cli.js");
  const source = fs.readFileSync(file, "utf8");
  const wrangler = new Module(file, module);
  wrangler.filename = file;
  wrangler.paths = Module._nodeModulePaths(path.dirname(file));
  wrangler._compile(`${source}\nexports.runCommandLine = main;\n`, file);
  return wrangler.exports.runCommandLine;
}

function capture(stream) {
  const write = stream.write;
  const texts = [];
  stream.write = (text) => (texts.push(String(text)), true);
  return () => ((stream.write = write), texts.join(""));
}

async function dryRun(main, { directory, arguments: words }) {
  process.chdir(directory);
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  try {
    await main(["deploy", "--dry-run", ...words]);
    return null;
  } catch (error) {
    return String(error && error.message);
  } finally {
    stdout();
    stderr();
  }
}

async function all() {
  const main = loadMain(process.argv[2]);
  const answers = [];
  for (const run of JSON.parse(fs.readFileSync(0, "utf8"))) {
    answers.push({ error: await dryRun(main, run) });
  }
  process.stdout.write(JSON.stringify(answers), () => process.exit(0));
}

all();
