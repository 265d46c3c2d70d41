/**
 * One user path of ipvlan slaves for tests, run inside a network namespace: opens the compiled path (a worker thread
 * runs compiled code only) with the table given as JSON, then takes one line of standard input after the other: a table
 * to write, or `counters IFINDEX`. Answers one line each. Ends in order when the input ends.
 */
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import type { openUserSlavePath } from '../../src/drivers/ipvlan/user-slave-path.js';
import type { SlaveTable } from '../../src/layers/ipvlan/table.js';

const [dist = 'dist', first = '{}'] = process.argv.slice(2);
const say = (message: unknown) => process.stdout.write(`${JSON.stringify(message)}\n`);
const octets = (key: string, value: unknown) =>
  key === 'addresses' ? (value as string[]).map((address) => Uint8Array.from(Buffer.from(address, 'hex'))) : value;
const read = (text: string) => JSON.parse(text, octets) as SlaveTable;

const module = pathToFileURL(`${dist}/src/drivers/ipvlan/user-slave-path.js`).href;
const { openUserSlavePath: open } = (await import(module)) as { openUserSlavePath: typeof openUserSlavePath };
const path = await open({
  table: read(first),
  log: (line) => process.stderr.write(`${line}\n`),
  onError: (error) => process.stderr.write(`${error.message}\n`),
});
say('ready');
for await (const line of createInterface({ input: process.stdin })) {
  if (line.startsWith('{')) path.write(read(line));
  say(line.startsWith('counters ') ? path.counters(Number(line.slice(9))) : 'done');
}
await path.close();
