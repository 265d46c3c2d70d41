/**
 * How many markers and responses a port sends. Slow protocols allow ten frames a second for each of them (57A.3);
 * responses and markers of our own are of the same one, and share the ten.
 */

/** No more answers than this leave a port within any second; further markers get none. A limit of ours. */
export const Marker_Response_Limit = 5;
/**
 * No more markers of our own than this leave a port within any second. One less than we answer, so that a second that
 * is stretched on the way to a partner like us has no more than it answers.
 */
export const Marker_Limit = 4;
const WINDOW_MS = 1_000;

/** When the port last sent: in milliseconds, oldest first; at most as many as the limit. */
export type MarkerBudget = readonly number[];

/** The budget of a port that has sent nothing yet. */
export const markerBudget: MarkerBudget = [];

/**
 * Spends one frame at `nowMs`: the budget to keep, or undefined when the limit is reached and this frame must not be
 * sent (keep the old budget). Any second counts, not only calendar ones: a flood gets its limit at once and then one
 * for each that is a second old.
 */
export function spendMarkerBudget(
  budget: MarkerBudget,
  nowMs: number,
  limit = Marker_Response_Limit,
): MarkerBudget | undefined {
  const recent = budget.filter((sentMs) => nowMs - sentMs < WINDOW_MS);
  return recent.length < limit ? [...recent, nowMs] : undefined;
}

/** When a budget that is used up (`spendMarkerBudget` gave undefined) allows one more frame. */
export function markerBudgetFreeAt(budget: MarkerBudget): number {
  return (budget[0] ?? Number.NEGATIVE_INFINITY) + WINDOW_MS;
}
