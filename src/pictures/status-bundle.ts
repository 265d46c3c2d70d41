/** The bundle of a status view, with the verdicts on its ports. */
import type { AggregatorStatus, PortStatus } from '../aggregator/status.js';
import type { PortExplanation, Verdict } from '../aggregator/verdict.js';
import { type Mac, Null_System } from '../lacp/variables.js';
import type { BundlePicture, LinkPicture, SystemPicture } from './bundle.js';
import { lookOf } from './look.js';

/** As `vethcfg show` has it. */
export interface ShownBundle extends Omit<AggregatorStatus, 'ports'> {
  readonly ports: readonly (PortStatus & { readonly share: number | undefined })[];
}

/** As `vethcfg why` has it. */
export type Explained = Pick<PortExplanation, 'veth' | 'port'> & {
  readonly verdicts: readonly Pick<Verdict, 'text' | 'weight'>[];
};

export function statusBundle(machine: string, bundle: ShownBundle, why: readonly Explained[]): BundlePicture {
  const partners = [
    ...new Set(bundle.ports.flatMap(({ partner }) => (partner.System === Null_System ? [] : [idOf(partner)]))),
  ];
  const links = bundle.ports.map((port): LinkPicture => {
    const place = partners.indexOf(idOf(port.partner));
    const known = place >= 0;
    return {
      look: lookOf(port),
      id: port.name,
      near: `${port.name} #${port.number}`,
      far: known ? `#${port.partner.Port}` : 'nobody heard',
      facts: factsOf(port),
      verdict: why.find(({ veth, port: name }) => veth === bundle.name && name === port.name)?.verdicts[0]?.text,
      partner: known ? place : undefined,
    };
  });
  const used = bundle.ports.filter(({ distributing }) => distributing).length;
  return {
    label: `${bundle.name}: ${used} of ${links.length} links in use`,
    near: { title: bundle.name, lines: [machine, bundle.systemId, `key ${hex(bundle.key)}`] },
    far: partners.map((id): SystemPicture => {
      const [system = '', key = ''] = id.split(' ');
      return { title: 'partner', lines: [system, `key ${key}`] };
    }),
    links,
    choosable: true,
  };
}

const idOf = ({ System, Key }: { readonly System: Mac; readonly Key: number }): string => `${System} ${hex(Key)}`;

const hex = (key: number): string => key.toString(16).padStart(4, '0');

function factsOf({ speed, mux, receive, share }: ShownBundle['ports'][number]): string[] {
  return [
    speed === undefined ? 'speed unknown' : speedWords(speed),
    mux,
    receive,
    ...(share === undefined ? [] : [`share ${Math.round(share * 100)} %`]),
  ];
}

/** `mbit`: Mbit/s. */
export const speedWords = (mbit: number): string => (mbit < 1_000 ? `${mbit} Mbit/s` : `${mbit / 1_000} Gbit/s`);
