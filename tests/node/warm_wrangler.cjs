// One wrangler for many commands: starting it takes a second, most commands a tenth of that.
//
// argv: the wrangler package's directory, and two descriptors. From the first comes one JSON line per
// command, {directory, words, environment, stdin}; to the second goes its answer, {error, stdout, stderr},
// error null where wrangler was content. Ends when the first does. WRANGLER_OUTPUT_FILE_PATH is read once, at the first command.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const readline = require("node:readline");
const { Readable } = require("node:stream");

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

function give(text) {
  const stdin = new Readable({ read() {} });
  stdin.push(text);
  stdin.push(null);
  Object.defineProperty(process, "stdin", { value: stdin, configurable: true });
}

function setEnvironment(environment) {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, environment);
}

async function run(main, { directory, words, environment, stdin }) {
  process.chdir(directory);
  setEnvironment(environment);
  give(stdin);
  process.exitCode = undefined;
  const stdout = capture(process.stdout);
  const stderr = capture(process.stderr);
  let error = null;
  try {
    await main(words);
    if (process.exitCode) error = `exit code ${process.exitCode}`;
  } catch (thrown) {
    error = String(thrown && thrown.message);
  }
  return { error, stdout: stdout(), stderr: stderr() };
}

async function all() {
  const main = loadMain(process.argv[2]);
  const commands = readline.createInterface({ input: fs.createReadStream(null, { fd: Number(process.argv[3]) }) });
  for await (const line of commands) {
    fs.writeSync(Number(process.argv[4]), `${JSON.stringify(await run(main, JSON.parse(line)))}\n`);
  }
  process.exit(0);
}

all();
