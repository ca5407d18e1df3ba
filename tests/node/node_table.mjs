// Prints, as a table, what unenv and its Cloudflare preset decide for every compatibility date and set of flags.
// `make lock` writes it into the package; the runner has no Node to ask. argv: the node_modules of wrangler.
//
// The preset is a function; the table is learned from its answers alone. An entry of an answer (an alias, a
// global, a polyfill, an external module) is there or not by the date and by a few flags. Entries that always
// change together are a feature: `since` has for each set of its flags the first date at which it is on (""
// from the start; a set that is missing: never). `base` is the answer with every feature off.
import assert from "node:assert";
import { loadPreset } from "./preset.mjs";

const { preset, environment, builtins, source, versions } = await loadPreset(process.argv[2]);
const DATES = ["", ...new Set(source.match(/(?<=>= ")\d{4}-\d{2}-\d{2}(?=")/g))].sort();
const DRAWS = 300; // a flag that matters rarely still shows in one of fifty

// A generator of its own: the table must come out the same each time.
let state = 12345;
const draw = (limit) => (state = (state * 48271) % 2147483647) % limit;

const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

const cells = (date, flags) => cellsOf(environment(date, flags));

function cellsOf(found) {
  return new Map([
    ...["alias", "inject"].flatMap((kind) =>
      Object.entries(found[kind]).map(([key, value]) => [`${kind} ${key}`, value])),
    ...["polyfill", "external"].flatMap((kind) => found[kind].map((name) => [`${kind} ${name}`, true])),
  ]);
}

function flagsOfPreset() {
  const seen = new Set();
  const ask = (date, has) => preset(date, { includes: (flag) => (seen.add(flag), has(flag)) });
  for (const date of DATES) {
    for (let round = 0; round < 20; round++) ask(date, () => draw(2));
  }
  return [...seen].sort();
}

const FLAGS = flagsOfPreset();

function differing(found, changed) {
  // Most pairs are the same: tell so before they are taken apart.
  if (JSON.stringify(found) === JSON.stringify(changed)) return [];
  const [one, other] = [cellsOf(found), cellsOf(changed)];
  return [...new Set([...one.keys(), ...other.keys()])].filter(
    (cell) => JSON.stringify(one.get(cell)) !== JSON.stringify(other.get(cell)));
}

function flagsByCell() {
  // Which flags each entry listens to: turn one of a drawn set around and see what changes.
  const heard = new Map();
  for (let round = 0; round < DRAWS; round++) {
    const date = DATES[draw(DATES.length)];
    const set = FLAGS.filter(() => draw(2));
    const found = preset(date, set);
    for (const flag of FLAGS) {
      const turned = set.includes(flag) ? set.filter((one) => one !== flag) : [...set, flag];
      for (const cell of differing(found, preset(date, turned))) {
        heard.set(cell, (heard.get(cell) ?? new Set()).add(flag));
      }
    }
  }
  return heard;
}

const subsets = (flags) =>
  flags.reduce((all, flag) => [...all, ...all.map((one) => [...one, flag])], [[]]).map((one) => one.sort());

function firstDates(cell, flags, answers, base) {
  const off = JSON.stringify(base.get(cell));
  const since = {};
  for (const set of subsets(flags)) {
    const isOn = DATES.map((date) => JSON.stringify(answers(date, set).get(cell)) !== off);
    const first = isOn.indexOf(true);
    assert(first < 0 || isOn.slice(first).every(Boolean), `${cell} goes off again at a later date`);
    if (first >= 0) since[set.join(" ")] = DATES[first];
  }
  return sorted(since);
}

function memory(ask) {
  const known = new Map();
  return (date, set) => {
    const key = `${date} ${set}`;
    if (!known.has(key)) known.set(key, ask(date, set));
    return known.get(key);
  };
}

function change(feature, cell, value) {
  const [kind, key] = cell.split(" ");
  if (kind === "alias") feature.alias[key] = value;
  else if (kind === "inject") feature.inject[key] = value ?? null;
  else if (kind === "external") feature.external.push(key);
  else feature.without_polyfill.push(key);
}

function features(base) {
  const answers = memory(cells);
  const byRule = new Map();
  for (const [cell, heard] of [...flagsByCell()].sort()) {
    const flags = [...heard].sort();
    const since = firstDates(cell, flags, answers, base);
    const rule = JSON.stringify([flags, since]);
    const feature = byRule.get(rule) ?? { flags, since, alias: {}, external: [], inject: {}, without_polyfill: [] };
    byRule.set(rule, feature);
    const set = Object.keys(since)[0];
    change(feature, cell, answers(DATES.at(-1), set ? set.split(" ") : []).get(cell));
  }
  return [...byRule].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, feature]) => feature);
}

const off = environment("", []);
const table = {
  versions,
  builtins,
  base: { alias: sorted(off.alias), inject: off.inject, polyfill: off.polyfill, external: off.external.sort() },
  features: features(cells("", [])),
};
process.stdout.write(`${JSON.stringify(table, null, 1)}\n`);
