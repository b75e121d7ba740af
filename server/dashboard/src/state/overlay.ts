// Which of the dialogs that work everywhere is open.

import { signal } from "@preact/signals";

export const overlay = signal<"none" | "keys" | "jump">("none");
