import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MAPS } from '../../../src/drivers/bpf/map-layout.js';
import { readObjectFile } from '../../../src/drivers/bpf/object-file.js';
import { PROGRAMS } from '../../../src/drivers/bpf/programs.js';

const OBJECT = new URL('../../../src/drivers/bpf/veth.o', import.meta.url);
const BUILD = new URL('../../../scripts/build-bpf', import.meta.url);
const kept = readFileSync(OBJECT);

describe('the kept object', () => {
  const programs = readObjectFile(kept);

  test('has the programs that are asked for, each of its type', () => {
    expect(programs.map(({ name }) => name).sort()).toEqual([...PROGRAMS].sort());
    for (const { name, type } of programs) {
      const filter = name.startsWith('capture') || name === 'classify_filter';
      expect(type).toBe(filter ? 'socket filter' : 'classifier');
    }
  });

  test('refers to our maps only, each time from a 64-bit load', () => {
    for (const { code, references } of programs) {
      expect(references.length).toBeGreaterThan(0);
      for (const { instruction, map } of references) {
        expect(Object.keys(MAPS)).toContain(map);
        expect(code[instruction * 8]).toBe(0x18);
      }
    }
  });

  test('names no path and carries no debugging information', () => {
    const text = kept.toString('latin1');
    expect(text).not.toMatch(/\/(home|work|tmp|usr)\//);
    expect(text).not.toMatch(/\.BTF|\.debug/);
  });
});

const compiler = ['clang-14', 'clang'].flatMap((name) => {
  try {
    return [execFileSync(name, ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? ''];
  } catch {
    return [];
  }
})[0];
const why =
  compiler === undefined
    ? 'clang is not installed'
    : /version 14\./.test(compiler)
      ? undefined
      : `made by clang 14, here is ${compiler}`;
if (why !== undefined) console.log(`object-file: the kept object is not compared with its source: ${why}`);

test.skipIf(why !== undefined)('the kept objects are what clang 14 makes of the sources', () => {
  const directory = mkdtempSync(join(tmpdir(), 'veth-bpf-'));
  try {
    execFileSync(BUILD.pathname, [directory]);
    const made = readdirSync(directory);
    expect(made).toContain('veth.o');
    for (const name of made) {
      expect(readFileSync(join(directory, name)).equals(readFileSync(new URL(name, OBJECT))), name).toBe(true);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
});

describe('what is not such a file is refused', () => {
  const changed = (at: number, value: number) => {
    const file = Buffer.from(kept);
    file.writeUInt8(value, at);
    return file;
  };
  test.each([
    ['another kind of file', Buffer.from('#!/bin/sh\nexit 0\n'), /ELF64/],
    ['big-endian', changed(5, 2), /little-endian/],
    ['for another machine', changed(18, 62), /not a BPF object/],
    ['cut off', kept.subarray(0, kept.length >> 1), /./],
  ])('%s', (_, file, message) => {
    expect(() => readObjectFile(file)).toThrow(message);
  });
});
