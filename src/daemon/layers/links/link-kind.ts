/** ipvlan slaves in configurations: `ipvl0: { link: eth0, mode: l2 }`, or `ipvl0: eth0` with what else is the default. */
import type { SlaveFlag, SlaveMode } from '../../../layers/ipvlan/table.js';
import { checkInterfaceName } from '../../interface-name.js';
import { Refusal } from '../../refusal.js';
import type { LayerItem, LayerKind } from '../layer.js';

export const SLAVE_MODES = ['l2', 'l3', 'l3s'] as const satisfies readonly SlaveMode[];
export const SLAVE_FLAGS = ['bridge', 'private', 'vepa'] as const satisfies readonly SlaveFlag[];
export const DEFAULT_MODE: SlaveMode = 'l3';
export const DEFAULT_FLAG: SlaveFlag = 'bridge';
/** A slave's hidden peer has one character more, and both fit into the kernel's 15. */
const LONGEST_NAME = 14;

export const LINK_KIND: LayerKind = {
  key: 'links',
  noun: 'slave',
  help: 'ipvlan slaves: interfaces that share the MAC address of a master, and differ by IP address',
  example: 'ipvl0: { link: eth0, mode: l2 }',
  options: [
    { name: 'link', syntax: 'MASTER', help: 'the interface that it lies on' },
    { name: 'mode', syntax: SLAVE_MODES.join('|'), help: 'who routes, see vethcfg help link', fallback: DEFAULT_MODE },
    { name: 'flag', syntax: SLAVE_FLAGS.join('|'), help: 'how slaves reach each other', fallback: DEFAULT_FLAG },
  ],
  lower: (item) => item.options.link,
  parse,
};

function parse(name: string, options: Readonly<Record<string, string>>): LayerItem {
  checkInterfaceName('NAME', name);
  if (Buffer.byteLength(name) > LONGEST_NAME) {
    const problem = `longer than ${LONGEST_NAME} octets`;
    throw new Refusal({ thing: `NAME '${name}'`, problem, repair: 'say a shorter name', value: name });
  }
  const { link, mode = DEFAULT_MODE, flag = DEFAULT_FLAG } = options;
  if (link === undefined) {
    throw new Refusal({ thing: name, problem: 'no master', repair: 'say link MASTER, such as link eth0', value: name });
  }
  checkInterfaceName('MASTER', link);
  const item = { link, mode: oneOf('mode', mode, SLAVE_MODES), flag: oneOf('flag', flag, SLAVE_FLAGS) };
  if (item.mode === 'l3s' && item.flag === 'vepa') {
    throw new Refusal({
      thing: `${name}: l3s vepa`,
      problem: "in l3s the host's own stack forwards between slaves",
      repair: 'say l3 vepa, or l3s bridge',
      value: flag,
    });
  }
  return { name, options: item };
}

/** The kernel's own document writes `L3`: any case will do. */
function oneOf<T extends string>(option: string, text: string, values: readonly T[]): T {
  const found = values.find((value) => value === text.toLowerCase());
  if (found !== undefined) return found;
  throw new Refusal({
    thing: `${option} ${text}`,
    problem: `no such ${option} of ipvlan`,
    repair: `say ${values.slice(0, -1).join(', ')} or ${values.at(-1)}`,
    value: text,
  });
}
