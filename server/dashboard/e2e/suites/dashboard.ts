// All that is tested of the page, on one store.

import { after, before, describe } from "node:test";
import type { StoreKind } from "../support/server";
import { Stage } from "../support/stage";
import { accessibility } from "./accessibility";
import { best } from "./best";
import { brush } from "./brush";
import { compare } from "./compare";
import { control } from "./control";
import { enqueue } from "./enqueue";
import { failed } from "./failed";
import { keyboard } from "./keyboard";
import { recovery } from "./recovery";
import { states } from "./states";
import { tokens } from "./tokens";
import { watch } from "./watch";

export function dashboard(kind: StoreKind): void {
  describe(`the dashboard, with ${kind}`, () => {
    const stage = new Stage(kind);
    before(() => stage.set());
    after(() => stage.clear());
    for (const suite of [watch, best, brush, compare, enqueue, failed, control, recovery, tokens, keyboard, states, accessibility]) {
      suite(stage);
    }
  });
}
