// Runs many commands of wrangler in one process: starting it takes a second, a dry run a tenth of that.
//
// stdin: a JSON array of {directory, words}; stdout: an array of {error} in the same order, null where
// wrangler was content. argv: the wrangler package's directory. What wrangler prints is kept out.
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

async function run(main, { directory, words }) {
  process.chdir(directory);
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  try {
    await main(words);
    return null;
  } catch (error) {
    return String(error && error.message);
  } finally {
    stdout();
    stderr();
  }
}

async function all() {
  // Read before wrangler is loaded: it makes stdin one that must not be waited for.
  const runs = JSON.parse(fs.readFileSync(0, "utf8"));
  const main = loadMain(process.argv[2]);
  const answers = [];
  for (const asked of runs) {
    answers.push({ error: await run(main, asked) });
  }
  process.stdout.write(JSON.stringify(answers), () => process.exit(0));
}

all();
