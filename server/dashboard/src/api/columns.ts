// The reader of `application/x-tunewright-columns`: u32 length of a JSON header, the header, then little-endian
// columns that each start at a multiple of 8, so that all but the header are views and no row is parsed.

export type WireArray = Uint8Array | Uint16Array | Int32Array | Float32Array | Float64Array;

export interface ColumnMeta {
  name: string;
  type: "u8" | "u16" | "i32" | "f32" | "f64";
  /** In bytes from the end of the header, which is padded to a multiple of 8. */
  offset: number;
  dict?: string[];
  missing?: number;
}

export interface ColumnsHeader {
  id: string;
  rev: number;
  total: number;
  rows: number;
  full: boolean;
  columns: ColumnMeta[];
}

export interface ColumnsBody {
  header: ColumnsHeader;
  columns: Map<string, WireArray>;
}

export function readColumns(buffer: ArrayBuffer): ColumnsBody {
  const length = new DataView(buffer).getUint32(0, true);
  const text = new TextDecoder().decode(new Uint8Array(buffer, 4, length));
  const header = JSON.parse(text) as ColumnsHeader;
  const columns = new Map<string, WireArray>();
  for (const meta of header.columns) columns.set(meta.name, view(buffer, 4 + length + meta.offset, meta.type, header.rows));
  return { header, columns };
}

function view(buffer: ArrayBuffer, start: number, type: ColumnMeta["type"], rows: number): WireArray {
  switch (type) {
    case "u8":
      return new Uint8Array(buffer, start, rows);
    case "u16":
      return new Uint16Array(buffer, start, rows);
    case "i32":
      return new Int32Array(buffer, start, rows);
    case "f32":
      return new Float32Array(buffer, start, rows);
    case "f64":
      return new Float64Array(buffer, start, rows);
  }
}
