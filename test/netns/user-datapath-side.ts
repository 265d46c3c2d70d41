/**
 * One end of the data path tests, run inside a network namespace: opens the compiled data path (a worker thread runs
 * compiled code only) and performs one call per line of standard input: {"call": "setTable", "args": [...]}.
 * Answers one line each: {"result": ...} or {"error": "..."}. Ends in order when the input ends.
 *
 * Arguments: the directory of the compiled code, ifindex of the hidden peer.
 */
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { openUserDatapath } from '../../src/drivers/user-datapath.js';

const [dist = 'dist', hostIfindex = '0'] = process.argv.slice(2);
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
const plain = (_key: string, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value);

const module = pathToFileURL(`${dist}/src/drivers/user-datapath.js`).href;
const { openUserDatapath: open } = (await import(module)) as { openUserDatapath: typeof openUserDatapath };
const datapath = await open({
  hostIfindex: Number(hostIfindex),
  log: (line) => say({ log: line }),
  onError: (error) => say({ crashed: error.message }),
});
say({ result: 'ready' });

const calls: Record<string, (...args: never[]) => unknown> = {
  addPort: (ifindex: number) => datapath.addPort(ifindex),
  removePort: (ifindex: number) => datapath.removePort(ifindex),
  setTable: (table: Parameters<typeof datapath.setTable>[0]) => datapath.setTable(table),
  setFilter: (mac: string, promiscuous: boolean) => datapath.setFilter(mac, promiscuous),
  counters: () => datapath.counters(),
  statistics: () => datapath.statistics(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { call, args } = JSON.parse(line) as { call: string; args: never[] };
  try {
    const result = await calls[call]?.(...args);
    process.stdout.write(`${JSON.stringify({ result: result ?? null }, plain)}\n`);
  } catch (error) {
    say({ error: error instanceof Error ? error.message : String(error) });
  }
}
await datapath.close();
