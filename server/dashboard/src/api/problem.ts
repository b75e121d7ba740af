// What went wrong with a call: the server's RFC 9457 problem, or that the server could not be reached.

export class Problem extends Error {
  constructor(
    /** The HTTP status; 0 when there was no answer. */
    readonly status: number,
    readonly code: string,
    detail: string,
    /** The field that is wrong, such as `params.lr`. */
    readonly field: string | null = null,
    readonly hint: string | null = null,
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail);
  }

  /** Whether nobody answered, or only a door before the server did. */
  get isAway(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 504;
  }
}

export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text().catch(() => "");
  try {
    const said = JSON.parse(text) as Record<string, unknown>;
    return new Problem(
      response.status,
      string(said["code"]) ?? "internal",
      string(said["detail"]) ?? string(said["title"]) ?? response.statusText,
      string(said["field"]),
      string(said["hint"]),
      typeof said["retry_after_ms"] === "number" ? said["retry_after_ms"] : null,
    );
  } catch {
    return new Problem(response.status, "internal", text.slice(0, 200) || `the server answered ${response.status}`);
  }
}

function string(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Any error as a problem, so that there is one way to show them. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "internal", error instanceof Error ? error.message : String(error));
}
