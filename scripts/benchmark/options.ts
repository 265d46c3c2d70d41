/** The command line of the benchmark, and how long what is measured for. */
import { parseArgs } from 'node:util';

export const PARTS = ['speed', 'slaves', 'failover', 'control'] as const;
export type Part = (typeof PARTS)[number];

export const HELP = `usage: npm run bench -- [--quick] [--only PART,...] [--repetitions N] [--publish]

Measures what a group of links costs beside the bare link and beside other software, in network
namespaces of its own, and writes tables, plots and all samples to bench-results/.

  --quick           a shorter run of everything, less than 3 and a half minutes (full: about 25)
  --only PART,...   ${PARTS.join(', ')}; default: all
  --repetitions N   of each measurement; default 5, quick: 3, or 2 where 3 take too long (slaves, failover: 1)
  --publish         rewrite docs/benchmarks.md and docs/benchmarks/ from this run
  --help            this text

Keep the machine idle meanwhile. Exit code 0: done, 1: something could not be measured that should
have been (it is named at the end), 2: usage. An aim that is not reached is a result, not an error.
`;

export interface Plan {
  readonly quick: boolean;
  readonly parts: readonly Part[];
  readonly publish: boolean;
  readonly repetitions: number;
  /** No new repetition of the speed is begun that would end later than so many seconds after the first; never fewer than 2. */
  readonly speedLimitS: number;
  /** Of one TCP or UDP measurement. iperf3 takes whole seconds. */
  readonly seconds: number;
  readonly packetSeconds: number;
  readonly roundTripSeconds: number;
  readonly slaveRepetitions: number;
  readonly failoverRepetitions: number;
  /** Ports of the daemons in memory. */
  readonly scales: readonly number[];
  readonly scaleSeconds: number;
}

/** A text is what is wrong with the command line. */
export function readOptions(words: readonly string[]): Plan | 'help' | { readonly wrong: string } {
  let values: { quick: boolean; publish: boolean; help: boolean; only?: string; repetitions?: string };
  try {
    const flag = { type: 'boolean', default: false } as const;
    ({ values } = parseArgs({
      args: [...words],
      options: {
        quick: flag,
        publish: flag,
        help: { ...flag, short: 'h' },
        only: { type: 'string' },
        repetitions: { type: 'string' },
      },
    }));
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  if (values.help) return 'help';
  const only = values.only?.split(',') ?? PARTS;
  const unknown = only.find((word) => !PARTS.some((part) => part === word));
  if (unknown !== undefined) return { wrong: `--only: no part '${unknown}'; there are ${PARTS.join(', ')}` };
  const { repetitions: given } = values;
  if (given !== undefined && !/^[1-9]\d{0,2}$/.test(given))
    return { wrong: '--repetitions takes a number from 1 to 999' };
  const parts = PARTS.filter((part) => only.includes(part));
  if (values.publish && parts.length < PARTS.length)
    return { wrong: '--publish takes a run of everything, not --only' };
  const number = given === undefined ? undefined : Number(given);
  return values.quick ? quick(parts, values.publish, number) : full(parts, values.publish, number);
}

const quick = (parts: readonly Part[], publish: boolean, given?: number): Plan => ({
  quick: true,
  parts,
  publish,
  repetitions: given ?? 3,
  speedLimitS: 60,
  seconds: 1,
  packetSeconds: 0.6,
  roundTripSeconds: 0.3,
  slaveRepetitions: given ?? 1,
  failoverRepetitions: given ?? 1,
  scales: [1, 16, 128],
  scaleSeconds: 1,
});

const full = (parts: readonly Part[], publish: boolean, repetitions = 5): Plan => ({
  quick: false,
  parts,
  publish,
  repetitions,
  speedLimitS: Number.POSITIVE_INFINITY,
  seconds: 2,
  packetSeconds: 2,
  roundTripSeconds: 1,
  slaveRepetitions: repetitions,
  failoverRepetitions: repetitions,
  scales: [1, 16, 128, 1024],
  scaleSeconds: 10,
});
