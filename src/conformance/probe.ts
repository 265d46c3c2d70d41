/** What can be seen of a device before the cases: who it is, and how it is set. */
import type { Mac } from '../lacp/variables.js';
import type { DeviceSettings } from './control.js';
import type { Tester } from './tester.js';
import type { TesterLink } from './tester-link.js';
import { IN_USE } from './tester-link.js';

export interface Device {
  readonly system: Mac;
  readonly systemPriority: number;
  readonly key: number;
  /** Port numbers, in the order of our links. */
  readonly ports: readonly number[];
  /** As seen; a member is missing where nothing tells. */
  readonly settings: Partial<DeviceSettings>;
}

/** A device answers the first LACPDU at once; one that waits for its own rhythm within 30 s. Milliseconds. */
export const ANSWERS_WITHIN = 35_000;

/** The links on which nothing is heard, or the device. Takes a few seconds. */
export async function probe(tester: Tester): Promise<Device | { readonly silent: readonly TesterLink[] }> {
  tester.newIdentity();
  for (const link of tester.links) link.keepAlive();
  await tester.until(() => tester.links.every((link) => link.heard.length > 0), ANSWERS_WITHIN);
  const silent = tester.links.filter((link) => link.heard.length === 0);
  if (silent.length > 0) return { silent };
  const mux = await muxOf(tester, tester.link());
  const { System, System_Priority, Key, State } = tester.link().last.pdu.actor;
  for (const link of tester.links) link.stop();
  return {
    system: System,
    systemPriority: System_Priority,
    key: Key,
    ports: tester.links.map((link) => link.last.pdu.actor.Port),
    settings: {
      lacp: State.LACP_Activity ? 'active' : 'passive',
      rate: State.LACP_Timeout ? 'fast' : 'slow',
      ...(mux === undefined ? {} : { mux }),
    },
  };
}

/** In sync with a partner that does not collect, a device with independent control does not distribute. */
async function muxOf(tester: Tester, link: TesterLink): Promise<DeviceSettings['mux'] | undefined> {
  await tester.until(() => link.state.Synchronization, 12_000);
  link.become({ State: { ...IN_USE, Collecting: false, Distributing: false } }).keepAlive();
  await tester.until(() => link.state.Collecting, 2_000);
  await tester.wait(1_100);
  if (!link.state.Collecting) return undefined;
  return link.state.Distributing ? 'coupled' : 'independent';
}
