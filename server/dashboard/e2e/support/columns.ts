// The server's columns, read here by the description of the format and not by the page's own code.

import type { Study } from "./study";

interface Header {
  rows: number;
  columns: { name: string; type: string; offset: number }[];
}

/** In how many trials a number parameter is not set. */
export async function notSet(study: Study, label: string): Promise<number> {
  const response = await study.server.call("GET", `${study.path}/columns?cols=${encodeURIComponent(`p.${label}`)}`);
  const bytes = await response.arrayBuffer();
  const view = new DataView(bytes);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.slice(4, 4 + length))) as Header;
  const column = header.columns.find(({ name }) => name === `p.${label}`);
  if (column?.type !== "f32") throw new Error(`no column of ${label}: ${JSON.stringify(header)}`);
  let missing = 0;
  for (let row = 0; row < header.rows; row++) {
    if (Number.isNaN(view.getFloat32(4 + length + column.offset + 4 * row, true))) missing++;
  }
  return missing;
}
