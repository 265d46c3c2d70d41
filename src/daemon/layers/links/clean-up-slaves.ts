/** `vethd --cleanup`: slaves, and what was changed on their masters. */
import { removeHostGuards } from '../../../drivers/ipvlan/host-guard.js';
import { slaveDrivers } from '../../../drivers/ipvlan/slave-drivers.js';
import { LinksRecord } from './links-record.js';
import { restoreMaster } from './master.js';

/**
 * Steps to be done one by one, each gives what it did. `links`: names of the interfaces that there are, of which those
 * that a slave made by us has are told by the kernel.
 */
export function slaveCleanUps(directory: string, links: ReadonlySet<string>): { what: string; act: () => string[] }[] {
  const drivers = slaveDrivers();
  const record = new LinksRecord(directory);
  const hidden = [...links].flatMap((name) => (name.startsWith('_') ? [name.slice(1)] : []));
  return [
    ...[...record.masters.keys()].map((name) => ({
      what: name,
      act: () => {
        restoreMaster(name, { drivers, record });
        return [`master ${name} is as it was`];
      },
    })),
    ...[...new Set([...record.made, ...hidden])].map((name) => ({
      what: name,
      act: () => {
        const pair = drivers.adoptPair(name);
        pair?.remove();
        record.noteMade(name, false);
        return pair === undefined ? [] : [`slave ${name} removed`];
      },
    })),
    {
      what: 'routing rules',
      act: () => (removeHostGuards() > 0 ? ['routing rules for slaves removed'] : []),
    },
  ];
}
