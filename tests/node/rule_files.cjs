// Reads [[kind, text, html_handling], …] as JSON and prints what miniflare's parsers of _headers and _redirects
// say of each: the messages of invalid lines, and how many rules there are. argv: the node_modules of wrangler.
// They are not exported: the module is compiled once more, with a line at its end that is.
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const file = path.resolve(process.argv[2], "miniflare", "dist", "src", "index.js");
const source = `${fs.readFileSync(file, "utf8")}
init_parseHeaders();
init_parseRedirects();
module.exports = { parseHeaders, parseRedirects };`;
const compiled = new Module(file, null);
compiled.filename = file;
compiled.paths = Module._nodeModulePaths(path.dirname(file));
compiled._compile(source, file);
const { parseHeaders, parseRedirects } = compiled.exports;

const asked = JSON.parse(fs.readFileSync(0, "utf8"));
const told = asked.map(([kind, text, htmlHandling]) => {
  const { rules, invalid } = kind === "headers" ? parseHeaders(text) : parseRedirects(text, { htmlHandling });
  return { rules: rules.length, invalid: invalid.map(({ message }) => message) };
});
process.stdout.write(JSON.stringify(told));
