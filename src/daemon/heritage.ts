/**
 * What a vethd hands to the one that follows it in the same process (docs/restart.md): open descriptors, by number.
 * It goes through the environment of execve(2); everything else a successor needs is in the run directory.
 */
import { z } from 'zod';
import { keepToOurselves } from '../drivers/sys/descriptors.js';

/** Changes when an older vethd would misread what a newer one hands over, or the other way round. */
export const HERITAGE_FORMAT = 1;
const VARIABLE = 'VETHD_HERITAGE';

const fd = z.int().nonnegative();
const ifindex = z.int().positive();
const socket = z.object({
  ifindex,
  fd,
  /** False: it only sends. */
  hooked: z.boolean().optional(),
});

const schema = z.object({
  format: z.literal(HERITAGE_FORMAT),
  /** Holds the lock of the run directory: nobody else gets it meanwhile. */
  lock: fd,
  /** Listens at the control socket: clients that connect meanwhile wait in it. Absent: systemd passed it. */
  control: fd.optional(),
  /** Slow-protocols socket and the interfaces whose group it has joined. */
  wire: z.object({ fd, joined: z.array(ifindex).readonly() }),
  /** Sockets of the user-space data path, by name of the virtual interface: frames that come meanwhile wait in them. */
  datapaths: z.record(z.string(), z.object({ host: socket, ports: z.array(socket).readonly() })),
  /** What keeps ports and inner ends silent, by interface index. */
  silences: z.record(z.string(), fd),
});
export type Heritage = z.infer<typeof schema>;

type Environment = Record<string, string | undefined>;

/** What the vethd before us in this process left; undefined when this process started with us. */
export function takeHeritage(environment: Environment = process.env): Heritage | undefined {
  const text = environment[VARIABLE];
  delete environment[VARIABLE];
  if (text === undefined) return undefined;
  const heritage = schema.parse(JSON.parse(text));
  for (const each of descriptorsOf(heritage)) keepToOurselves(each);
  return heritage;
}

/** For the environment of the successor. */
export const asEnvironment = (heritage: Heritage): Record<string, string> => ({
  [VARIABLE]: JSON.stringify(heritage),
});

export function descriptorsOf({ lock, control, wire, datapaths, silences }: Heritage): number[] {
  const sockets = Object.values(datapaths).flatMap(({ host, ports }) => [host.fd, ...ports.map((port) => port.fd)]);
  return [lock, ...(control === undefined ? [] : [control]), wire.fd, ...sockets, ...Object.values(silences)];
}
