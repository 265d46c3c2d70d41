import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { CannotControl } from '../../src/conformance/control.js';
import { programControl } from '../../src/conformance/program-control.js';
import { temporaryDirectory } from '../daemon/control-fixture.js';

// Each call starts a shell: more time than the default on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

/** A program that writes down its words, and refuses mux and max-links. */
function program() {
  const directory = temporaryDirectory();
  const path = join(directory, 'control');
  writeFileSync(
    path,
    '#!/bin/sh\necho "$*" >> "$0.log"\ncase "$2" in mux=*) echo "not on this box" >&2; exit 1 ;; max-links=*) exit 3 ;; esac\n',
  );
  chmodSync(path, 0o700);
  return { control: programControl(path), asked: () => readFileSync(`${path}.log`, 'utf8').trim().split('\n') };
}

test('calls the program with words, settings one at a time and only when they change', async () => {
  const { control, asked } = program();
  await control.set({ lacp: 'active', rate: 'fast' });
  await control.set({ lacp: 'active', rate: 'slow' });
  await control.setPortPriority(2, 100);
  await control.setLink(1, false);
  await control.setLink(1, true);
  await control.removePort(2);
  await control.addPort(2);
  expect(asked()).toEqual([
    'set lacp=active',
    'set rate=fast',
    'set rate=slow',
    'priority 2 100',
    'link 1 down',
    'link 1 up',
    'remove 2',
    'add 2',
  ]);
});

test('an exit code is a refusal with what the program said, and is not asked for again', async () => {
  const { control, asked } = program();
  const refusal = new CannotControl('the device cannot "set mux=coupled": not on this box');
  await expect(control.set({ mux: 'coupled' })).rejects.toThrow(refusal);
  await expect(control.set({ mux: 'coupled' })).rejects.toThrow(refusal);
  await expect(control.set({ 'max-links': 1 })).rejects.toThrow(/^the device cannot "set max-links=1": /);
  expect(asked()).toEqual(['set mux=coupled', 'set max-links=1']);
});

test('no such program', async () => {
  await expect(programControl('/nowhere/control').setLink(1, true)).rejects.toThrow(CannotControl);
});
