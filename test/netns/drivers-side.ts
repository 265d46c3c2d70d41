/**
 * The drivers in a process of their own, for what needs one: a process that is killed, or has fewer privileges.
 * One call per line of standard input ({"id": 1, "call": "join", "args": [...]}), answered by {"id": 1, "result": ...}
 * or {"id": 1, "error": "..."}. Ends when the input ends.
 */
import { createInterface } from 'node:readline';
import { openCalls } from './drivers-calls.js';

const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
const calls = openCalls(say);
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { id, call, args } = JSON.parse(line) as { id: number; call: string; args: never[] };
  try {
    say({ id, result: (await calls[call]?.(...args)) ?? null });
  } catch (error) {
    say({ id, error: String(error) });
  }
}
process.exit(0);
