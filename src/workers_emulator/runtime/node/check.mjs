/**
 * Compiles modules as workerd does when it loads a script; nothing of them runs.
 *
 * Standard input is a JSON list of {"kind": "module" | "script", "text": "..."}; standard output one of
 * their imports, ["./lib.js", ...] each. It ends before the first that does not compile, whose error
 * nobody catches: of a module Node tells the place only then, on standard error.
 */
import { readFileSync, writeSync } from "node:fs";
import vm from "node:vm";

function importsOf({ kind, text }) {
  if (kind === "module") {
    const module = new vm.SourceTextModule(text, { identifier: "module" });
    return module.moduleRequests?.map((request) => request.specifier) ?? module.dependencySpecifiers;
  }
  vm.compileFunction(text, ["require", "module", "exports"], { filename: "module" });
  return [];
}

function tell(answers) {
  const told = Buffer.from(JSON.stringify(answers));
  for (let written = 0; written < told.length; ) {
    written += writeSync(1, told, written);
  }
}

const imports = [];
try {
  for (const asked of JSON.parse(readFileSync(0, "utf8"))) {
    imports.push(importsOf(asked));
  }
} finally {
  tell(imports);
}
