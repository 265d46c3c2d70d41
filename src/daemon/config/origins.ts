/** Where each value in force comes from: remembered when it is given, and doubted when the value is another now. */
import { z } from 'zod';
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
   * another tool changed. command: vethcfg add or set. file: a configuration file, with its line.
   */
  kind: z.enum(['default', 'auto', 'kernel', 'command', 'file']),
  file: z.string().optional(),
  line: z.int().optional(),
});
export type Origin = z.infer<typeof originSchema>;

/** Options that the host can change with other tools. */
const CHANGED_BY_HOST = ['mac', 'mtu'];

export class Origins {
  #given = new Map<string, Given>();

  /** Everything is as the file says; what was said before is forgotten. */
  ofFile({ interfaces, places, file }: FileConfiguration): void {
    this.#given = new Map();
    const note = (value: string | undefined, ...place: Parameters<typeof placeKey>) => {
      const line = places.get(placeKey(...place))?.line;
      if (value !== undefined && line !== undefined) this.#given.set(placeKey(...place), { value, file, line });
    };
    for (const { name, settings, ports } of interfaces) {
      for (const option of OPTIONS) {
        note(option.aggregator?.print(settings), name, undefined, option.name);
        for (const port of ports) note(option.port?.print(port.settings), name, port.name, option.name);
      }
    }
  }

  /** A command has given this value. */
  command(value: string, veth: string, port: string | undefined, option: string): void {
    this.#given.set(placeKey(veth, port, option), { value });
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
      if (!isThere(veth, port)) this.#given.delete(key);
    }
  }

  get saved(): z.infer<typeof originsSchema> {
    return Object.fromEntries(this.#given);
  }

  restore(saved: z.infer<typeof originsSchema>): void {
    this.#given = new Map(Object.entries(saved));
  }
}
