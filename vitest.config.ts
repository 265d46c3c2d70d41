import { defineConfig } from 'vitest/config';

/** Tests on kernel links that load the machine or measure time: nothing else runs beside them. */
const alone = [
  'bench',
  'changes',
  'datapath-choice',
  'datapath-kept',
  'distribution',
  'drivers',
  'kernel-datapath',
  'lateness',
  'modes',
  'moves',
  'pair',
  'pair-traffic',
  'restart',
  'standby',
  'user-datapath',
].map((name) => `test/netns/${name}.test.ts`);
/** What must be true of both data paths, and is not tried on each in one file. Elsewhere `auto` takes the kernel. */
const onBoth = ['changes', 'interception', 'pair-traffic', 'standby'].map((name) => `test/netns/${name}.test.ts`);
/** Unit tests that put other modules in the place of ours: in a process where these are loaded it is too late. */
const replacing = ['test/conformance/mutation.test.ts'];
const netns = { testTimeout: 120_000, hookTimeout: 60_000 };

/**
 * `unit` needs no privileges and no time; `netns` and `netns-alone` build network namespaces and need root. LACP takes
 * seconds to come up, in which a test only waits: so those that bear it run two at a time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          isolate: false, // they share no state, and a fresh process for each file takes longer than most of them
          testTimeout: 30_000,
          include: ['test/**/*.test.ts'],
          exclude: ['test/netns/**', ...replacing],
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: { name: 'unit-apart', testTimeout: 30_000, include: replacing, sequence: { groupOrder: 0 } },
      },
      {
        test: {
          name: 'netns',
          include: ['test/netns/**/*.test.ts'],
          exclude: alone,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          ...netns,
        },
      },
      {
        test: { name: 'netns-alone', include: alone, maxWorkers: 1, sequence: { groupOrder: 2 }, ...netns },
      },
      {
        test: {
          name: 'netns-user',
          include: onBoth,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
          env: { VETH_TEST_DATAPATH: 'user' },
          ...netns,
        },
      },
    ],
  },
});
