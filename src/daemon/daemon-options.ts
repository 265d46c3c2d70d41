/** Options of vethd itself: `vethcfg set vethd OPTION=VALUE`, or at the top of a configuration file. */
import { DATAPATH_CHOICES, type DatapathChoice } from '../drivers/datapath-choice.js';
import { DEFAULT_MAXIMUM, MOST_ALIASES } from '../layers/alias/net-alias.js';
import { choice, type Kind, whole } from './option-kinds.js';
import { Refusal } from './refusal.js';

/** In the place of an interface. */
export const DAEMON_NAME = 'vethd';

export interface DaemonSettings {
  readonly datapath: DatapathChoice;
  /** Most aliases of a device whose first alias is yet to be made. */
  readonly netAliasMax: number;
}

type Said = { readonly [Key in keyof DaemonSettings]?: DaemonSettings[Key] | undefined };

export interface DaemonOption {
  readonly name: string;
  /** One sentence without full stop. */
  readonly help: string;
  readonly fallback: string;
  readonly syntax: string;
  readonly examples: readonly string[];
  read(
    text: string,
  ):
    | { readonly ok: true; readonly settings: Partial<DaemonSettings> }
    | { readonly ok: false; readonly problem: string };
  /** The value, as the user would write it; undefined: nothing is said of it. */
  print(settings: Said): string | undefined;
}

function option<Key extends keyof DaemonSettings>(
  key: Key,
  kind: Kind<DaemonSettings[Key]>,
  { examples = kind.examples, ...text }: Pick<DaemonOption, 'name' | 'help' | 'fallback'> & Partial<DaemonOption>,
): DaemonOption {
  return {
    ...text,
    syntax: kind.syntax,
    examples,
    read(word) {
      const result = kind.read(word);
      // A computed key widens to string in TypeScript: the cast only restores what `key: Key` says.
      return result.ok
        ? { ok: true, settings: { [key]: result.value } as unknown as Partial<DaemonSettings> }
        : { ok: false, problem: result.problem };
    },
    print(settings) {
      const value = settings[key];
      return value === undefined ? undefined : kind.print(value);
    },
  };
}

export const DATAPATH_OPTION = option('datapath', choice('a data path', DATAPATH_CHOICES), {
  name: 'datapath',
  help: 'where frames are forwarded: kernel (BPF), user (a thread of vethd), or auto: in the kernel where it permits that',
  fallback: 'auto',
});

const NET_ALIAS_MAX_OPTION = option('netAliasMax', whole('a number of aliases', 0, MOST_ALIASES), {
  name: 'net-alias-max',
  help: 'aliases of an interface have slots below this; an interface keeps the limit that was in force when it got its first alias; 0: no more interfaces get aliases',
  fallback: String(DEFAULT_MAXIMUM),
  examples: [String(DEFAULT_MAXIMUM), '0'],
});

export const DAEMON_OPTIONS: readonly DaemonOption[] = [DATAPATH_OPTION, NET_ALIAS_MAX_OPTION];

/** Throws a `Refusal` that names word and repair. */
export function parseDaemonOptions(words: readonly string[]): Partial<DaemonSettings> {
  let settings: Partial<DaemonSettings> = {};
  for (const word of words) {
    const [name, text = ''] = word.split(/=(.*)/s);
    const found = DAEMON_OPTIONS.find((candidate) => candidate.name === name);
    if (found === undefined) {
      const repair = `the options are ${DAEMON_OPTIONS.map((each) => each.name).join(', ')}`;
      throw new Refusal({ thing: word, problem: `no such option of ${DAEMON_NAME}`, repair });
    }
    const result = found.read(text);
    if (!result.ok) {
      const repair = `say ${found.examples.map((value) => `${found.name}=${value}`).join(' or ')}`;
      throw new Refusal({ thing: word, problem: result.problem, repair, value: text });
    }
    settings = { ...settings, ...result.settings };
  }
  return settings;
}
