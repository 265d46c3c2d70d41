/** Each fault injected into systems on a table: the verdict names it, and no other. */
import { describe, expect, test } from 'vitest';
import { CAUSES, type Cause, type Verdict } from '../../src/aggregator/verdict.js';
import { verdictLines } from '../../vethcfg/why-view.js';
import type { TestSystem } from '../support/system-lab.js';
import { after } from './fault-injection.js';
import { FURTHER_FAULTS } from './further-faults.js';
import { LINK_FAULTS } from './link-faults.js';

function of(system: TestSystem, port: number): readonly Verdict[] {
  const { name } = system.port(port);
  return system.system.explain().find((each) => each.port === name)?.verdicts ?? [];
}

const ROWS = [...LINK_FAULTS, ...FURTHER_FAULTS].map(([fault, inject, expected, port = 1]) => ({
  fault,
  inject,
  expected,
  port,
}));

test.each(ROWS)('$fault', ({ inject, expected, port }) => {
  const found = of(inject(), port);
  expect(found.map(({ cause }) => cause)).toEqual([expected.cause]);
  expect(found[0]).toMatchObject(expected);
  expect(found[0]?.text).not.toBe('');
  expect(found[0]?.since).toBeLessThanOrEqual(80_000); // and never undefined
  expect(found[0]?.repair).not.toBe('');
});

test('every cause has its row here, or is told by the daemon (test/daemon/why.test.ts)', () => {
  // Churn is told where nothing else explains it, and in no state that was found.
  const others: readonly Cause[] = ['bridge-in-the-way', 'actor-churn', 'partner-churn'];
  expect(new Set([...ROWS.map(({ expected: { cause } }) => cause), ...others])).toEqual(new Set(CAUSES));
});

test('two ports in use: nothing to say of them', () => {
  const system = after(() => {});
  expect(system.system.explain()).toMatchObject([
    { port: 'eth1', inUse: true, mux: 'DISTRIBUTING', verdicts: [] },
    { port: 'eth2', inUse: true, mux: 'DISTRIBUTING', verdicts: [] },
  ]);
});

describe('status and why cannot disagree', () => {
  test.each(ROWS)(
    '$fault: the verdict is among the notes, a remark is not',
    ({ inject, expected: { cause }, port }) => {
      const system = inject();
      const verdict = of(system, port).find((each) => each.cause === cause);
      expect(system.port(port).notes.includes(verdict?.text ?? '?')).toBe(verdict?.weight !== 'remark');
    },
  );
});

test('docs/verdicts.md shows them as vethcfg why prints them', async () => {
  const faults = ROWS.map(({ fault, inject, port }) => {
    const system = inject();
    const lines = of(system, port).flatMap(({ since = 0, ...verdict }) =>
      verdictLines({ ...verdict, forSeconds: Math.round((system.clock.now() - since) / 1_000) }),
    );
    return [fault, ...lines].join('\n');
  });
  // `npx vitest run -u --project unit test/scenario/why.test.ts` writes it anew.
  await expect(`${VERDICTS_HEAD}\n\`\`\`\n${faults.join('\n\n')}\n\`\`\`\n`).toMatchFileSnapshot(
    '../../docs/verdicts.md',
  );
});

const VERDICTS_HEAD = `# Faults and their verdicts

Each fault that \`test/scenario/why.test.ts\` injects into systems in virtual time, and what \`vethcfg why\` says of the
port then, word for word. The test demands this verdict and no other, and writes this page (\`vitest run -u\`). What
the verdicts mean: [why.md](why.md).
`;
