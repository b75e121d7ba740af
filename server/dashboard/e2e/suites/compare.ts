import assert from "node:assert/strict";
import { test } from "node:test";
import { browse } from "../support/browser";
import type { Stage } from "../support/stage";
import { until } from "../support/until";

export function compare(stage: Stage): void {
  test("three trials are picked from the table and compared", async () => {
    const rows = (await stage.tuned.trials("state:completed", "loss")).slice(0, 3);
    const numbers = rows.map(({ number }) => number);
    await browse(stage.server, stage.tuned.url("trials?filter=state:completed&sort=loss"), {}, async (page) => {
      for (const number of numbers) {
        await page.getByRole("checkbox", { name: `Pick trial ${number}`, exact: true }).check();
      }
      await page.getByRole("group", { name: "Selection" }).getByRole("link", { name: "Compare" }).click();

      const table = page.getByRole("region", { name: "Trials side by side" }).getByRole("table");
      for (const number of numbers) await table.getByRole("link", { name: String(number), exact: true }).waitFor();
      assert.equal(new URL(page.url()).searchParams.get("t"), numbers.join(","));
      await table.getByText(/\(best\)/).waitFor();
      assert.equal(await table.getByText(/\(best\)/).count(), 1);

      const labels = ["lr", "layers", "batch", "optimizer"];
      const valuesOf = (label: string) => rows.map(({ params }) => String(params[label] ?? "not set"));
      const same = labels.filter((label) => new Set(valuesOf(label)).size === 1);
      for (const label of labels) {
        const line = table.getByRole("rowheader", { name: label, exact: true });
        assert.equal(await line.count(), same.includes(label) ? 0 : 1, `${label} is there if it differs`);
      }
      if (same.length > 0) await page.getByRole("checkbox", { name: /of equal value/ }).check();
      for (const label of ["batch", "optimizer"]) {
        const cells = table.getByRole("row", { name: new RegExp(`^${label} `) }).getByRole("cell");
        await cells.first().waitFor();
        assert.deepEqual(await cells.allTextContents(), valuesOf(label));
      }
      await page.getByRole("figure", { name: /curves/i }).waitFor();

      await page.getByRole("button", { name: `Remove trial ${numbers[2]}` }).click();
      await until("the third is gone from the URL", () => new URL(page.url()).searchParams.get("t") === numbers.slice(0, 2).join(","));
    });
  });
}
