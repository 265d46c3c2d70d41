/** The manual pages: everything that can be typed is in them, and roff understands them. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import { bold, escaped } from '../../scripts/man/roff.js';
import { vethcfgPage } from '../../scripts/man/vethcfg-page.js';
import { vethdPage } from '../../scripts/man/vethd-page.js';
import { vethdYamlPage } from '../../scripts/man/vethd-yaml-page.js';
import { OPTIONS } from '../../src/daemon/options.js';
import { vethdCommand } from '../../src/daemon/vethd-command.js';
import { COMMANDS } from '../../vethcfg/commands.js';
import { GLOBAL_OPTIONS } from '../../vethcfg/completion.js';

// groff is a process: more time than the default on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

const example = readFileSync(new URL('../../docs/vethd.yaml', import.meta.url), 'utf8');
const vethcfg = vethcfgPage();
const vethd = vethdPage();
const yaml = vethdYamlPage(example);
const pages: [string, string][] = [
  ['vethcfg(8)', vethcfg],
  ['vethd(8)', vethd],
  ['vethd.yaml(5)', yaml],
];

/** A term that the page explains. */
const explains = (page: string, term: string, rest = '') => page.includes(`\n.TP\n${bold(term)}${escaped(rest)}`);

describe('everything is there', () => {
  test('vethcfg(8) has every command with what it takes, every flag and every example', () => {
    for (const { name, syntax, flags, examples } of COMMANDS) {
      expect(vethcfg).toContain(`\n.SS ${escaped(`${name} ${syntax}`.trim())}\n`);
      for (const { flag } of flags ?? []) expect(explains(vethcfg, flag), `${name} ${flag}`).toBe(true);
      for (const line of examples) expect(vethcfg).toContain(`\n${escaped(line)}\n`);
    }
    for (const { flag } of GLOBAL_OPTIONS) expect(explains(vethcfg, flag), flag).toBe(true);
  });

  test('vethd(8) has every option that vethd takes', () => {
    for (const { long, hidden } of vethdCommand({}).options) {
      expect(vethd.includes(`${escaped(long ?? '')}\\fR`)).toBe(!hidden);
    }
    expect(vethd).toContain(escaped('--help'));
  });

  test('vethcfg(8) and vethd.yaml(5) have every option, with values and default, for interface and port', () => {
    for (const { name, aggregator, port } of OPTIONS) {
      for (const side of [aggregator, port]) {
        if (side === undefined) continue;
        expect(explains(vethcfg, name, `=${side.syntax}`), name).toBe(true);
        expect(explains(yaml, name, `: ${side.syntax}`), name).toBe(true);
        expect(yaml).toContain(escaped(`(default: ${side.fallback})`));
      }
    }
    expect(explains(vethcfg, 'datapath', '=auto|kernel|user')).toBe(true);
    expect(explains(yaml, 'datapath', ': auto|kernel|user')).toBe(true);
  });

  test('vethd.yaml(5) has the example file', () => {
    for (const line of example.trimEnd().split('\n')) expect(yaml).toContain(`\n${escaped(line)}\n`);
  });
});

test('text of any kind stays text', () => {
  expect(escaped(".TH x\n'y \\n a-b é\nz. ok")).toBe("\\&.TH x\n\\&'y \\en a\\-b \\[u00E9]\nz. ok");
});

test.each(pages)('%s: roff as we mean it, whatever the texts are', (_, page) => {
  for (const line of page.split('\n')) {
    if (/^[.']/.test(line)) expect(line).toMatch(/^\.(\\"|TH|SH|SS|PP|TP|RS|RE|nf|fi|nh|ad)( |$)/);
    // Nothing but what `escaped` and `bold` write.
    expect(line.replace(/^\.\\"/, '').replace(/\\(e|-|&|fB|fR|\[u[0-9A-F]{4,6}\])/g, '')).not.toContain('\\');
  }
});

/** Bold letters are printed twice with a backspace between. */
const OVERSTRUCK = new RegExp(`.${String.fromCharCode(8)}`, 'g');
const groff = spawnSync('groff', ['--version']).status === 0;
if (!groff) console.log('man.test.ts: groff is not installed, the pages are not rendered');

test.skipIf(!groff).each(pages)(
  '%s: groff renders it without a warning, and the words are those of the text',
  (_, page) => {
    const { stdout, stderr } = spawnSync('groff', ['-man', '-Tascii', '-P-c', '-ww', '-rLL=200n'], {
      input: page,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    const text = stdout.replaceAll(OVERSTRUCK, '');
    if (page === vethcfg) expect(text).toContain('vethcfg set eth1 port-priority=100');
    if (page !== vethd) for (const { name } of OPTIONS) expect(text).toMatch(new RegExp(`^ +${name}[:=]`, 'm'));
    expect(text).toMatch(/\nSEE ALSO\n/);
  },
);
