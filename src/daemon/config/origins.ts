/** Where each value in force comes from: remembered when it is given, and doubted when the value is another now. */
import { z } from 'zod';
import { DAEMON_NAME, DAEMON_OPTIONS, DATAPATH_OPTION, type DaemonSettings } from '../daemon-options.js';
import { OPTIONS } from '../options.js';
import { type FileConfiguration, placeKey } from './model.js';

const givenSchema = z.object({
  /** The value as it was given, to see whether it is still in force. */
  value: z.string(),
  /** Absent: by a command. */
  file: z.string().optional(),
  line: z.int().optional(),
});

export const originsSchema = z.record(z.string(), givenSchema);
type Given = z.infer<typeof givenSchema>;

export const originSchema = z.looseObject({
  /**
   * default: nobody said anything. auto: worked out from ports and names. kernel: what the kernel reports, or what
   * another tool changed. command: vethcfg add or set. file: a configuration file, with its line. start: the command
   * line of vethd.
   */
  kind: z.enum(['default', 'auto', 'kernel', 'command', 'file', 'start']),
  file: z.string().optional(),
  line: z.int().optional(),
});
export type Origin = z.infer<typeof originSchema>;

/** Options that the host can change with other tools. */
const CHANGED_BY_HOST = ['mac', 'mtu'];

const DATAPATH = placeKey(DAEMON_NAME, undefined, DATAPATH_OPTION.name);
const isOfDaemon = (key: string): boolean => key.startsWith(placeKey(DAEMON_NAME, undefined, ''));

export class Origins {
  #given = new Map<string, Given>();

  /** Everything is as the file says; what was said before is forgotten, but for what the file leaves as it is. */
  ofFile({ interfaces, places, file, ...configuration }: FileConfiguration): void {
    this.#given = new Map([...this.#given].filter(([key]) => isOfDaemon(key)));
    const note = (value: string | undefined, ...place: Parameters<typeof placeKey>) => {
      const line = places.get(placeKey(...place))?.line;
      if (value !== undefined && line !== undefined) this.#given.set(placeKey(...place), { value, file, line });
    };
    for (const { name, print } of DAEMON_OPTIONS) note(print(configuration), DAEMON_NAME, undefined, name);
    for (const { name, settings, ports } of interfaces) {
      for (const option of OPTIONS) {
        note(option.aggregator?.print(settings), name, undefined, option.name);
        for (const port of ports) note(option.port?.print(port.settings), name, port.name, option.name);
      }
    }
  }

  /** What the file says of vethd itself is in force at every start, unless a command has said otherwise. */
  ofBoot({ places, file, ...configuration }: FileConfiguration, inForce: DaemonSettings): void {
    for (const { name, print } of DAEMON_OPTIONS) {
      const key = placeKey(DAEMON_NAME, undefined, name);
      const [value, line] = [print(configuration), places.get(key)?.line];
      if (value === undefined || line === undefined || value !== print(inForce)) continue;
      if (this.#given.get(key)?.value !== value) this.#given.set(key, { value, file, line });
    }
  }

  /** A command has given this value. */
  command(value: string, veth: string, port: string | undefined, option: string): void {
    this.#given.set(placeKey(veth, port, option), { value });
  }

  /** `argument`: what the command line of vethd says. */
  ofDatapath(value: string, argument: string | undefined): Origin {
    const { name, fallback } = DATAPATH_OPTION;
    if (value === argument && this.#given.get(DATAPATH)?.value !== value) return { kind: 'start' };
    return this.of(value, fallback, DAEMON_NAME, undefined, name);
  }

  of(value: string, fallback: string, veth: string, port: string | undefined, option: string): Origin {
    const given = this.#given.get(placeKey(veth, port, option));
    if (given?.value === value) {
      return given.file === undefined ? { kind: 'command' } : { kind: 'file', file: given.file, line: given.line };
    }
    if (value === fallback) return { kind: 'default' };
    return { kind: CHANGED_BY_HOST.includes(option) ? 'kernel' : 'command' };
  }

  /** Forgets what was said of interfaces and ports (as `placeKey` names them) that are no more. */
  keep(isThere: (veth: string, port: string | undefined) => boolean): void {
    for (const key of this.#given.keys()) {
      const [veth = '', port] = (key.split(' ')[0] ?? '').split('/');
      if (!isOfDaemon(key) && !isThere(veth, port)) this.#given.delete(key);
    }
  }

  get saved(): z.infer<typeof originsSchema> {
    return Object.fromEntries(this.#given);
  }

  restore(saved: z.infer<typeof originsSchema>): void {
    this.#given = new Map(Object.entries(saved));
  }
}
