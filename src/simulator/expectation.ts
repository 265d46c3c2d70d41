/** Whether what is expected is so. */
import type { Entry } from '../aggregator/journal/compactor.js';
import { ABSENT, type Around, INTERFACE_FIELDS, PORT_FIELDS } from './fields.js';
import type { Network } from './network.js';
import type { Expect, Quiet } from './scenario.js';

/** How an expectation came out. */
export interface Verification {
  readonly line: number;
  /** When it was decided, in milliseconds from the start. */
  readonly at: number;
  /** What was expected, in words. */
  readonly expected: string;
  readonly held: boolean;
  /** What was there instead; undefined when it held. */
  readonly found?: string | undefined;
}

/** Undefined: it is so. Else what differs, in words. */
export function difference(network: Network, { of, wishes }: Expect): string | undefined {
  const system = network.system(of.system);
  const around: Around = {
    nameOf: (id) => network.nameOf(id),
    explanation: 'port' in of ? system.explain().find(({ port }) => port === of.port) : undefined,
  };
  const found = wishes.flatMap(({ field, wanted }) => {
    const value =
      'port' in of
        ? readField(PORT_FIELDS, field, system.portStatus(of.port), around)
        : readField(INTERFACE_FIELDS, field, system.interfaceStatus(of.veth), around);
    return value === wanted ? [] : [`${field} is ${value}`];
  });
  return found.length === 0 ? undefined : found.join(', ');
}

function readField<Status>(
  fields: Readonly<Record<string, { read(status: Status, around: Around): string }>>,
  field: string,
  status: Status | undefined,
  around: Around,
): string {
  return (status === undefined ? undefined : fields[field]?.read(status, around)) ?? ABSENT;
}

/** `left/eth0: mux DIST, within 3 s`. */
export function expectWords({ of, wishes, timing }: Expect): string {
  const what = wishes.map(({ field, wanted }) => `${field} ${wanted}`).join(', ');
  const when = timing.kind === 'now' ? '' : `, ${timing.kind} ${timing.ms / 1_000} s`;
  return `${of.system}/${'port' in of ? of.port : of.veth}: ${what}${when}`;
}

export const quietWords = ({ of, ms }: Quiet): string =>
  `${of.system}${of.name === undefined ? '' : `/${of.name}`}: quiet for ${ms / 1_000} s`;

const MACHINES: readonly string[] = ['receive', 'selection', 'mux'];

/** The step of a machine that a quiet system or port must not make, in words; undefined: it is none. */
export function disturbs({ of }: Quiet, system: string, entry: Entry): string | undefined {
  if (system !== of.system || entry.event !== 'transition' || !MACHINES.includes(entry.machine)) return undefined;
  if (of.name !== undefined && of.name !== entry.port && of.name !== entry.veth) return undefined;
  return `${entry.port} ${entry.machine}: ${entry.from} -> ${entry.to}`;
}
