/** Numbers of interfaces and ports: the lowest that nobody has. */

/** veth0 is number 0; a name without a number, or with one in use, gets the lowest that is free. */
export function freeIndex(veth: string, others: Iterable<{ readonly index: number }>): number {
  const used = new Set([...others].map(({ index }) => index));
  const own = Number(/(\d{1,3})$/.exec(veth)?.[1] ?? Number.NaN);
  return own < 255 && !used.has(own) ? own : lowestFree(0, used);
}

export function lowestFree(from: number, used: ReadonlySet<number>): number {
  let number = from;
  while (used.has(number)) number++;
  return number;
}
