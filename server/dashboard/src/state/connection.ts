// Whether the server is there. One missed call may be a hiccup: the banner waits for a second one, or a second.

import { computed, signal } from "@preact/signals";

const missedSince = signal<number | null>(null);
const misses = signal(0);

/** Since when the server has not answered, by this browser's clock; null while it does. */
export const awaySince = computed(() => (misses.value >= 2 ? missedSince.value : null));

export function heard(): void {
  misses.value = 0;
  missedSince.value = null;
}

export function missed(): void {
  if (missedSince.peek() === null) missedSince.value = Date.now();
  misses.value++;
}
