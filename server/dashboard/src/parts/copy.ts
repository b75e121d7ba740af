// Parameters in the forms that people paste: JSON, flags of a command line, and a Python dict.

import type { Params, ParamValue } from "../api/types";
import { say, sayProblem } from "./toasts";

export type CopyForm = "json" | "flags" | "python";

export function written(params: Params, form: CopyForm): string {
  const entries = Object.entries(params);
  switch (form) {
    case "json":
      return JSON.stringify(params, null, 2);
    case "flags":
      return entries.map(([label, value]) => `--${label} ${shellWord(String(value))}`).join(" ");
    case "python":
      return `{${entries.map(([label, value]) => `${pythonValue(label)}: ${pythonValue(value)}`).join(", ")}}`;
  }
}

function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

function pythonValue(value: ParamValue): string {
  return JSON.stringify(value);
}

export async function copyText(text: string, what: string): Promise<void> {
  try {
    await writeClipboard(text);
    say(`copied ${what}`);
  } catch (error) {
    sayProblem(error);
  }
}

/** The clipboard's own interface is only there on https and on this machine. */
async function writeClipboard(text: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser does not let the page copy");
}
