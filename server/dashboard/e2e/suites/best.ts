import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { browse } from "../support/browser";
import { bestLoss, clipboard, parse } from "../support/screen";
import type { Stage } from "../support/stage";
import { until } from "../support/until";

const READ_PYTHON = "import ast, json, sys; print(json.dumps(ast.literal_eval(sys.stdin.read())))";

export function best(stage: Stage): void {
  test("the best trial is found, and its parameters copied as JSON, flags and Python", async () => {
    const [row] = await stage.tuned.trials("state:completed", "loss");
    assert.ok(row?.loss);
    await browse(stage.server, stage.tuned.url(), {}, async (page) => {
      await page.getByRole("link", { name: `trial ${row.number}`, exact: true }).first().waitFor();
      assert.ok(Math.abs((await bestLoss(page)) - (row.loss ?? NaN)) < 1e-5, "the best loss, to six digits");

      const copy = page.getByRole("group", { name: `Copy parameters of trial ${row.number} as` });
      const copied = async (form: string): Promise<string> => {
        await page.evaluate(() => navigator.clipboard.writeText(""));
        await copy.getByRole("button", { name: form }).click();
        return until(`something was copied as ${form}`, () => clipboard(page));
      };
      assert.deepEqual(JSON.parse(await copied("JSON")), row.params);
      const python = execFileSync("python3", ["-c", READ_PYTHON], { input: await copied("Python"), encoding: "utf8" });
      assert.deepEqual(JSON.parse(python), row.params);
      const words = execFileSync("sh", ["-c", `printf '%s\\n' ${await copied("CLI")}`], { encoding: "utf8" }).trim().split("\n");
      assert.deepEqual(words, Object.entries(row.params).flatMap(([label, value]) => [`--${label}`, String(value)]));

      await page.getByRole("link", { name: `trial ${row.number}`, exact: true }).first().click();
      await page.getByRole("heading", { name: `Trial ${row.number}` }).waitFor();
      const shown = page.getByRole("row", { name: /^lr / }).getByRole("cell").first();
      assert.equal(parse(await shown.textContent()), Number(Number(row.params["lr"]).toPrecision(6)));
    });
  });
}
