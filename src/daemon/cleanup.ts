/**
 * `vethd --cleanup`: what a vethd that was killed has left in this network namespace and in its run directory is taken
 * away, as if it had ended in order: nothing of it goes on forwarding, ports are as they were before.
 */
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ourBridges } from '../drivers/bridge/bridge-link.js';
import { removeBridge } from '../drivers/bridge/kernel-bridge.js';
import { ownIdentity } from '../drivers/identity.js';
import { removeKernelForwarding } from '../drivers/kernel-forwarding.js';
import { pinnedInterfaces } from '../drivers/kernel-pins.js';
import { openLinkWatch } from '../drivers/link-watch.js';
import { restoreMember } from '../drivers/member.js';
import { adoptVirtualInterface, peerName } from '../drivers/virtual-interface.js';
import { ALIAS_FILES } from './layers/alias/alias-files.js';
import { ALIAS_KIND } from './layers/alias/alias-kind.js';
import { cleanUpAlias } from './layers/alias/clean-up-aliases.js';
import { slaveCleanUps } from './layers/links/clean-up-slaves.js';
import type { Log } from './log.js';
import { SOCKET_NAME } from './messages.js';
import { openRunDir } from './run-dir.js';
import { SavedState } from './saved-state.js';

/** In the run directory. */
const KEPT = ['state.json', 'configuration.json', 'lacp.json'];

/** Gives what was done, a line each. Throws a `Refusal` while a vethd runs there. */
export function cleanUp(path: string, log: Log): readonly string[] {
  const runDir = openRunDir(path, { keepSocket: true });
  try {
    const { interfaces: saved, layers = {} } = new SavedState(runDir.path, ownIdentity()).load(log);
    const aliases = layers[ALIAS_KIND.key] ?? [];
    for (const name of ALIAS_FILES) rmSync(join(runDir.path, name), { force: true });
    const links = linkNames();
    const ours = [...links].filter((name) => links.has(peerName(name)));
    const names = new Set([...saved.map(({ name }) => name), ...ours, ...pinnedInterfaces(), ...ourBridges().keys()]);
    return [
      ...aliases.flatMap((item) => tried(log, item.name, () => cleanUpAlias(item))),
      ...slaveCleanUps(runDir.path, links).flatMap(({ what, act }) => tried(log, what, act)),
      ...[...names].flatMap((name) => tried(log, name, () => removeInterface(name))),
      ...saved.flatMap(({ ports }) =>
        ports.flatMap(({ record }) =>
          tried(log, record.name, () => {
            restoreMember(record);
            return links.has(record.name) ? [`port ${record.name} is as it was`] : [];
          }),
        ),
      ),
      ...[...KEPT, ...(listens(runDir.socketPath) ? [] : [SOCKET_NAME])].flatMap((name) =>
        removeFile(runDir.path, name),
      ),
    ];
  } finally {
    runDir.release();
  }
}

function linkNames(): Set<string> {
  const watch = openLinkWatch();
  try {
    return new Set(watch.links().map(({ name }) => name));
  } finally {
    watch.close();
  }
}

/** Its programs in the kernel first: they would go on without it. */
function removeInterface(name: string): string[] {
  const kept = removeKernelForwarding(name);
  const bridged = removeBridge(name);
  const virtual = adoptVirtualInterface(name);
  virtual?.remove();
  return [
    ...(kept ? [`programs and tables of ${name} removed`] : []),
    ...(bridged ? [`bridge of ${name} removed`] : []),
    ...(virtual === undefined ? [] : [`interface ${name} removed`]),
  ];
}

/** systemd's socket belongs to the vethd to come. */
const listens = (path: string): boolean =>
  readFileSync('/proc/net/unix', 'utf8')
    .split('\n')
    .some((line) => line.endsWith(` ${path}`));

function removeFile(directory: string, name: string): string[] {
  const path = join(directory, name);
  if (!existsSync(path)) return [];
  rmSync(path);
  return [`${basename(path)} removed`];
}

/** One that fails must not keep the others. */
function tried(log: Log, what: string, act: () => string[]): string[] {
  try {
    return act();
  } catch (error) {
    log.error(`${what}: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}
