/** Options of vethd itself: `vethcfg set vethd OPTION=VALUE`, or at the top of a configuration file. */
import { DATAPATH_CHOICES, type DatapathChoice } from '../drivers/datapath-choice.js';
import { choice } from './option-kinds.js';
import { Refusal } from './refusal.js';

/** In the place of an interface. */
export const DAEMON_NAME = 'vethd';

export const DATAPATH_OPTION = {
  name: 'datapath',
  /** One sentence without full stop. */
  help: 'where frames are forwarded: kernel (BPF), user (a thread of vethd), or auto: in the kernel where it permits that',
  fallback: 'auto',
  kind: choice('a data path', DATAPATH_CHOICES),
} as const;

export interface DaemonSettings {
  readonly datapath: DatapathChoice;
}

/** Throws a `Refusal` that names word and repair. */
export function parseDaemonOptions(words: readonly string[]): Partial<DaemonSettings> {
  const { name, kind } = DATAPATH_OPTION;
  const repair = `say ${kind.examples.map((value) => `${name}=${value}`).join(' or ')}`;
  let settings: Partial<DaemonSettings> = {};
  for (const word of words) {
    const [option, text = ''] = word.split(/=(.*)/s);
    if (option !== name) throw new Refusal({ thing: word, problem: `no such option of ${DAEMON_NAME}`, repair });
    const result = kind.read(text);
    if (!result.ok) throw new Refusal({ thing: word, problem: result.problem, repair, value: text });
    settings = { datapath: result.value };
  }
  return settings;
}
