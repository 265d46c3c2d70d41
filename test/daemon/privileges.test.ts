import { expect, test } from 'vitest';
import { isReduced, missingCapabilities, NEEDED, ownPrivileges, parsePrivileges } from '../../src/daemon/privileges.js';

const bits = (...numbers: number[]) => numbers.reduce((mask, number) => mask | (1n << BigInt(number)), 0n);
const CAP_SYS_ADMIN = 21;
const { CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF, CAP_PERFMON } = NEEDED;

test('read from the text of /proc/PID/status', () => {
  const status =
    'Name:\tnode\nCapInh:\t0000000000000000\nCapPrm:\t0000008000003000\nCapEff:\t0000000000003000\n' +
    'CapBnd:\t000001ffffffffff\nNoNewPrivs:\t1\nSeccomp:\t0\n';
  expect(parsePrivileges(status)).toEqual({
    permitted: bits(12, 13, 39),
    effective: bits(12, 13),
    noNewPrivileges: true,
  });
});

test('what an old kernel does not tell counts as none', () => {
  expect(parsePrivileges('Name:\tnode\n')).toEqual({ permitted: 0n, effective: 0n, noNewPrivileges: false });
});

test('our own can be read', () => {
  expect(ownPrivileges().permitted).toBeGreaterThanOrEqual(0n);
});

test.each<[string, bigint, boolean, boolean]>([
  ['the needed ones', bits(CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF, CAP_PERFMON), true, true],
  ['fewer', bits(CAP_NET_RAW), true, true],
  ['none', 0n, true, true],
  ['one too many', bits(CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF, CAP_PERFMON, CAP_SYS_ADMIN), true, false],
  ['the needed ones, but a program of root could bring more', bits(CAP_NET_ADMIN, CAP_NET_RAW), false, false],
])('reduced or not: %s', (_, permitted, noNewPrivileges, reduced) => {
  expect(isReduced({ permitted, effective: permitted, noNewPrivileges })).toBe(reduced);
});

test('what is missing is what is not in force, be it permitted or not', () => {
  const all = bits(CAP_NET_ADMIN, CAP_NET_RAW, CAP_BPF, CAP_PERFMON);
  expect(missingCapabilities({ permitted: all, effective: all, noNewPrivileges: true })).toEqual([]);
  expect(missingCapabilities({ permitted: all, effective: bits(CAP_NET_RAW), noNewPrivileges: true })).toEqual([
    'CAP_NET_ADMIN',
    'CAP_BPF',
    'CAP_PERFMON',
  ]);
});
