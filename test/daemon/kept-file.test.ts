/** What a daemon finds of the one before it: of use, or put aside with a message that names the file. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEFAULT_AGGREGATOR } from '../../src/aggregator/settings.js';
import { ConfigurationStore } from '../../src/daemon/config/store.js';
import { LacpJournal } from '../../src/daemon/lacp-journal.js';
import { type SavedInterface, SavedState } from '../../src/daemon/saved-state.js';
import { twoSystems } from '../support/system-lab.js';
import { temporaryDirectory } from './control-fixture.js';

const HERE = 'boot-1 net:[1] time:[1]';

const SAVED: readonly SavedInterface[] = [
  { name: 'veth0', index: 0, mac: '02:00:00:00:00:01', settings: DEFAULT_AGGREGATOR, ports: [] },
];
const STORED = { made: ['veth0'], waiting: { interfaces: [], ports: [] }, origins: {} };

function listening() {
  const told: string[] = [];
  return { told, log: { error() {}, info() {}, debug() {}, warn: (text: string) => told.push(text) } };
}

function snapshots() {
  const lab = twoSystems(2, { rate: 'fast' }, { rate: 'fast' });
  lab.clock.advance(20_000);
  return lab.a.system.snapshot();
}

/** Each kind of file: how it is written, and what a later process gets of it. */
const KINDS = [
  {
    name: 'state.json',
    empty: { interfaces: [] },
    full: { interfaces: SAVED, datapath: 'user' },
    write: (directory: string, identity: string) =>
      new SavedState(directory, identity).save({ interfaces: SAVED, datapath: 'user' }),
    read: (directory: string, log: ReturnType<typeof listening>['log']) => new SavedState(directory, HERE).load(log),
    check: (directory: string) => new SavedState(directory, HERE).check(),
  },
  {
    name: 'configuration.json',
    empty: undefined,
    full: STORED,
    write: (directory: string, identity: string) => new ConfigurationStore(directory, identity).save(STORED),
    read: (directory: string, log: ReturnType<typeof listening>['log']) =>
      new ConfigurationStore(directory, HERE).load(log),
    check: (directory: string) => new ConfigurationStore(directory, HERE).check(),
  },
  {
    name: 'lacp.json',
    empty: [],
    full: JSON.parse(JSON.stringify(snapshots())),
    write: async (directory: string, identity: string) => {
      const journal = new LacpJournal({ directory, identity, log: listening().log });
      journal.start(snapshots);
      await journal.settled();
    },
    read: (directory: string, log: ReturnType<typeof listening>['log']) => [
      ...new LacpJournal({ directory, identity: HERE, log }).load().values(),
    ],
    check: (directory: string) => new LacpJournal({ directory, identity: HERE, log: listening().log }).check(),
  },
];

describe.each(KINDS)('$name', ({ name, empty, full, write, read, check }) => {
  test('of a process before us in the same place: read as it was written', async () => {
    const directory = temporaryDirectory();
    await write(directory, HERE);
    const { told, log } = listening();
    expect(() => check(directory)).not.toThrow();
    expect(read(directory, log)).toEqual(full);
    expect(told).toEqual([]);
  });

  test('that is not there: nothing to go on from, and nothing to tell', () => {
    const { told, log } = listening();
    expect(read(temporaryDirectory(), log)).toEqual(empty);
    expect(told).toEqual([]);
  });

  test.each([
    ['cut off in the middle', (text: string) => text.slice(0, text.length / 2), 'damaged'],
    ['empty', () => '', 'damaged'],
    ['of other bytes', () => '\u0000\u0001veth', 'damaged'],
    ['a list', () => '[]', 'damaged'],
    ['with a value of the wrong kind', (text: string) => text.replaceAll('"veth0"', '17'), 'damaged'],
    ['of another version', (text: string) => text.replace(/"format": ?\d+/, '"format":99'), 'format 99'],
    ['of the first version', (text: string) => text.replace(/"format": ?\d+/, '"format":1'), 'another version'],
    ['of another start of the machine', (text: string) => text.replace('boot-1', 'boot-2'), 'foreign'],
    ['of another network namespace', (text: string) => text.replace('net:[1]', 'net:[2]'), 'foreign'],
  ])('%s: put aside, told by name, a cold start', async (_, spoil, why) => {
    const directory = temporaryDirectory();
    const path = join(directory, name);
    await write(directory, HERE);
    const spoilt = spoil(readFileSync(path, 'utf8'));
    writeFileSync(path, spoilt);
    expect(() => check(directory)).toThrow(why);
    expect(existsSync(path)).toBe(true);

    const { told, log } = listening();
    expect(read(directory, log)).toEqual(empty);
    expect(told).toHaveLength(1);
    expect(told[0]).toContain(`${path}: cannot be used`);
    expect(told[0]).toContain(why);
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(`${path}.aside`, 'utf8')).toBe(spoilt);
    expect(read(directory, log)).toEqual(empty);
    expect(told).toHaveLength(1);
  });
});
