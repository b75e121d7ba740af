// Figures beside their targets, as a Markdown table and as JSON.

/**
 * @typedef {object} Figure
 * @property {string} name
 * @property {number | boolean | null} value null: it could not be measured
 * @property {string} [unit]
 * @property {number} [most] the target: no more than this; where the value is yes or no, the target is yes
 * @property {string} [note]
 */

/** The value in the middle, or at another share of the sorted values. @param {number[]} values @param {number} share 0..1 */
export function quantile(values, share = 0.5) {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? null;
}

/** @param {string} title @param {object} machine @param {Figure[]} figures */
export function print(title, machine, figures) {
  const told = Object.entries(machine).map(([name, value]) => `${name.replaceAll("_", " ")} ${value}`);
  console.log(`## ${title}\n\n${told.join(", ")}\n`);
  console.log("| measure | value | target | met |\n|---|---|---|---|");
  for (const figure of figures) console.log(row(figure));
  console.log(`\n\`\`\`json\n${JSON.stringify({ machine, figures })}\n\`\`\`\n`);
}

/** @param {Figure} figure */
function row({ name, value, unit = "", most, note }) {
  const shown = [short(value), value === null ? "" : unit, note ? `(${note})` : ""].filter((part) => part !== "").join(" ");
  const target = most === undefined ? (typeof value === "boolean" ? "yes" : "") : `<= ${most} ${unit}`;
  const met = value === null || target === "" ? "" : (typeof value === "boolean" ? value : value <= (most ?? 0)) ? "yes" : "**no**";
  return `| ${name} | ${shown} | ${target.trim()} | ${met} |`;
}

/** @param {number | boolean | null} value */
export function short(value) {
  if (value === null) return "not measured";
  if (typeof value === "boolean") return value ? "yes" : "no";
  return Number.isInteger(value) ? `${value}` : `${Number(value.toPrecision(3))}`;
}
