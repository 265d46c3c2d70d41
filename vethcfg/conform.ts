/** `vethcfg conform`: the conformance cases against whatever is at the far end of the given ports. Needs no vethd. */
import { CASES, GROUPS } from '../src/conformance/catalogue.js';
import { openKernelWire, UnusablePort } from '../src/conformance/kernel-wire.js';
import { OFF_WIRE } from '../src/conformance/off-wire.js';
import { ANSWERS_WITHIN } from '../src/conformance/probe.js';
import { programControl } from '../src/conformance/program-control.js';
import { reportCard, VERDICT_WORDS } from '../src/conformance/report.js';
import { chosen, type Progress, runAll, SilentDevice } from '../src/conformance/run.js';
import { type Address, ask, NotReachable } from './client.js';
import { CannotTest, WrongChoice } from './conform-errors.js';
import type { World } from './world.js';

export interface Conform {
  readonly ports: readonly string[];
  /** Letters of groups and ids of cases, with commas; undefined: all. */
  readonly group: string | undefined;
  /** A program that controls the device, see program-control.ts. */
  readonly control: string | undefined;
  readonly json: boolean;
  /** Of a vethd that may run here. */
  readonly address: Address;
  readonly world: World;
}

/**
 * Progress goes to standard error, the report card to standard output. False: the device failed a case, or the run was
 * ended before the last one. Throws `CannotTest` and `WrongChoice`.
 */
export async function conform({ ports, group, control, json, address, world }: Conform): Promise<boolean> {
  const only = group === undefined ? undefined : choice(group);
  await refuseMembers(ports, address);
  const end = new AbortController();
  const forget = world.onInterrupt(() => end.abort());
  const wire = orCannotTest(() => openKernelWire(ports, end.signal));
  try {
    world.stderr(`listening for the device on ${ports.join(' ')}, up to ${ANSWERS_WITHIN / 1_000} s\n`);
    const report = await runAll(wire, {
      only,
      control: control === undefined ? undefined : programControl(control),
      progress: progressOn(world),
      signal: end.signal,
    });
    if (report.totals.notRun > 0) world.stderr('\nvethcfg: ended early; this is what was done\n');
    world.stdout(json ? `${JSON.stringify(report, null, 2)}\n` : reportCard(report));
    return report.totals.fail === 0 && report.totals.notRun === 0;
  } catch (error) {
    if (error instanceof SilentDevice) throw new CannotTest(error.message);
    if (end.signal.aborted) throw new CannotTest('ended before the device was known');
    throw error;
  } finally {
    wire.close();
    forget();
  }
}

function progressOn({ stderr }: World): Progress {
  return {
    planned: ({ device, cases, seconds }) =>
      stderr(`${device.system}: ${cases} cases, ${about(seconds)}; Ctrl-C ends with what was done\n`),
    begins: ({ index, cases, case: { id, title }, seconds }) =>
      stderr(`${String(index + 1).padStart(3)}/${cases} (${about(seconds)} left) ${id} ${title}: `),
    ends: ({ verdict }) => stderr(`${VERDICT_WORDS[verdict.kind]}\n`),
  };
}

const about = (seconds: number): string =>
  seconds < 90 ? `about ${seconds} s` : `about ${Math.round(seconds / 60)} min`;

function choice(text: string): readonly string[] {
  const words = text.toUpperCase().split(',');
  for (const word of words) {
    if ([...CASES, ...OFF_WIRE].some((row) => chosen(row, [word]))) continue;
    const groups = Object.entries(GROUPS).map(([letter, name]) => `${letter} ${name}`);
    throw new WrongChoice(`--group ${text}: no group or case ${word}; the groups are ${groups.join(', ')}`);
  }
  return words;
}

/** Our own daemon would speak on the same port at the same time. */
async function refuseMembers(ports: readonly string[], address: Address): Promise<void> {
  const answer = await ask(address, 'status', {}).catch((error: unknown) => {
    if (error instanceof NotReachable) return undefined;
    throw error;
  });
  const members = answer?.status.aggregators.flatMap((aggregator) => aggregator.ports) ?? [];
  const member = members.find(({ name }) => ports.includes(name));
  if (member === undefined) return;
  throw new CannotTest(
    `${member.name} is a port of ${member.aggregator} here; test from the far end of the link, ` +
      `or take it out with 'vethcfg del ${member.name} ${member.aggregator}'`,
  );
}

function orCannotTest<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof UnusablePort) throw new CannotTest(error.message);
    // Not by class: that would be an import of a driver.
    if (error instanceof Error && error.name === 'SysError') {
      throw new CannotTest(`${error.message}; this needs CAP_NET_RAW, root has it`);
    }
    throw error;
  }
}
