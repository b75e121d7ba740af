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

      const table = page.getByRole("region", { name: "What differs" }).getByRole("table");
      for (const number of numbers) await table.getByRole("link", { name: String(number), exact: true }).waitFor();
      assert.equal(new URL(page.url()).searchParams.get("t"), numbers.join(","));
      await table.getByText(/\(best\)/).waitFor();
      assert.equal(await table.getByText(/\(best\)/).count(), 1);

      for (const label of ["lr", "layers", "batch", "optimizer"]) {
        const values = rows.map(({ params }) => params[label]);
        const line = table.getByRole("rowheader", { name: label, exact: true });
        assert.equal(await line.count(), new Set(values).size > 1 ? 1 : 0, `${label} is there if it differs: ${values}`);
      }
      await page.getByRole("checkbox", { name: /that are the same/ }).check();
      await table.getByRole("rowheader", { name: "batch", exact: true }).waitFor();
      assert.deepEqual(
        await table.getByRole("row", { name: /^batch/ }).getByRole("cell").allTextContents(),
        rows.map(({ params }) => String(params["batch"])),
      );
      await page.getByRole("figure", { name: /curves/i }).waitFor();

      await page.getByRole("button", { name: `Remove trial ${numbers[2]}` }).click();
      await until("the third is gone from the URL", () => new URL(page.url()).searchParams.get("t") === numbers.slice(0, 2).join(","));
    });
  });
}
