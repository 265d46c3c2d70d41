/** What a configuration asks of this host that cannot be: found before anything is changed. */
import { checkNewInterface, checkNewPort, type Limits, type World } from '../checks.js';
import { Refusal } from '../refusal.js';
import type { Change } from './change-schema.js';
import { type FileConfiguration, placeKey } from './model.js';
import { FileRefusal, type Problem, problemAt } from './problems.js';

const START = { line: 1, column: 1 };

/** Throws a `FileRefusal` where the file has more than vethd was started for. */
export function checkLimits({ interfaces, places, file }: FileConfiguration, limits: Limits): void {
  const problems: Problem[] = interfaces
    .filter(({ ports }) => ports.length > limits.portsEach)
    .map(({ name, ports }) => ({
      ...(places.get(placeKey(name)) ?? START),
      thing: name,
      problem: `${ports.length} ports are more than the limit of ${limits.portsEach}`,
      repair: 'name fewer, or start vethd with a larger --max-ports',
    }));
  const surplus = interfaces[limits.interfaces];
  if (surplus !== undefined) {
    problems.push({
      ...(places.get(placeKey(surplus.name)) ?? START),
      thing: surplus.name,
      problem: `${interfaces.length} interfaces are more than the limit of ${limits.interfaces}`,
      repair: 'name fewer, or start vethd with a larger --max-interfaces',
    });
  }
  if (problems.length > 0) throw new FileRefusal(file, problems);
}

/** Throws a `FileRefusal` where a new interface or a new port that is there cannot be taken. */
export function checkHost(world: World, { places, file }: FileConfiguration, changes: readonly Change[]): void {
  const problems: Problem[] = [];
  for (const { action, layer, veth, port } of changes) {
    if (action !== 'add' || layer !== undefined) continue;
    try {
      if (port !== undefined) checkComing(world, port, veth);
      else if (!world.bundles.has(veth)) checkNewInterface(world, veth, Number.POSITIVE_INFINITY);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      problems.push(problemAt(places.get(placeKey(veth, port)) ?? START, error));
    }
  }
  if (problems.length > 0) throw new FileRefusal(file, problems);
}

/** A port that is not there may come; one that is a port elsewhere will be free when its turn comes. */
function checkComing(world: World, port: string, veth: string): void {
  const facts = world.links.find((link) => link.name === port);
  if (facts === undefined) return;
  if ([...world.bundles.values()].some((bundle) => bundle.portByIndex(facts.ifindex) !== undefined)) return;
  checkNewPort(world, port, veth);
}
