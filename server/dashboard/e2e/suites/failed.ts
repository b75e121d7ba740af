import assert from "node:assert/strict";
import { test } from "node:test";
import { browse } from "../support/browser";
import type { Stage } from "../support/stage";
import { until } from "../support/until";

export function failed(stage: Stage): void {
  test("a failed trial tells why, and what it printed", async () => {
    const failures = await stage.tuned.trials("state:failed", "-number");
    const last = failures[0];
    assert.ok(last, "six layers fail");
    await browse(stage.server, stage.tuned.url("trials"), {}, async (page) => {
      await page.getByRole("searchbox", { name: "Filter trials" }).fill("state:failed");
      await page.getByText(`${failures.length} of 60 trials match`).waitFor();
      assert.equal(new URL(page.url()).searchParams.get("filter"), "state:failed");
      await page.getByRole("row", { name: new RegExp(`^(Pick trial \\d+ )?${last.number} failed`) }).click();

      const drawer = page.getByRole("complementary", { name: `Trial ${last.number}` });
      await drawer.getByRole("heading", { name: /Why it failed: the objective failed/ }).waitFor();
      await drawer.getByText(/RuntimeError: six layers do not converge/).first().waitFor();
      await drawer.getByText(/gradients of layer 6 are not finite/).waitFor();

      await page.keyboard.press("Escape");
      await until("the drawer is closed", async () => (await drawer.count()) === 0);
      assert.equal(new URL(page.url()).searchParams.get("filter"), "state:failed", "the filter is kept");
    });
  });
}
