/** The commands `alias` and `import`. */
import { readAddress } from '../../../layers/alias/alias-item.js';
import { readAliasName } from '../../../layers/alias/alias-name.js';
import { layerChanges } from '../../config/layers.js';
import type { ApplyResult } from '../../config/results.js';
import { Transaction } from '../../config/transaction.js';
import type { Daemon } from '../../daemon.js';
import type { AliasResult, Arguments } from '../../messages.js';
import { Refusal } from '../../refusal.js';
import { ALIAS_KIND, asItem, orRefuse } from './alias-kind.js';
import { type AliasLayer, aliasLayer } from './alias-layer.js';

/** Lists aliases, or makes, changes or deletes one. */
export async function answerAlias(daemon: Daemon, args: Arguments<'alias'>): Promise<AliasResult> {
  const layer = aliasLayer(daemon.layers);
  const { name, address, state } = args;
  if (name !== undefined && (address !== undefined || state !== undefined || name.endsWith('-'))) {
    return { notes: await daemon.changeLayer(() => changeAlias(layer, { ...args, name })), aliases: [] };
  }
  const aliases = layer.shown(name);
  if (name !== undefined && aliases.length === 0) {
    const repair = `make it with vethcfg alias ${name} ADDRESS`;
    throw new Refusal({ thing: name, problem: 'no such alias', repair, value: name });
  }
  return { notes: [], aliases };
}

export const answerImport = (daemon: Daemon, args: Arguments<'import'>): Promise<ApplyResult> =>
  daemon.changeLayer(() => importAliases(aliasLayer(daemon.layers), args));

/** Makes, changes or deletes an alias, as `ifconfig NAME ...` did. Gives notes. */
async function changeAlias(layer: AliasLayer, args: Arguments<'alias'> & { readonly name: string }): Promise<string[]> {
  const { name: word, address, state } = args;
  const { name, deletes } = orRefuse(() => readAliasName(word));
  const existing = layer.find(name);
  if (deletes) {
    await layer.remove(name); // whatever address is named: as `ifconfig eth0:0- 0`
    return [];
  }
  if (address !== undefined) {
    orRefuse(() => readAddress(name, address));
    // As ifconfig: an address brings the alias up, with the usual broadcast address.
    const item = ALIAS_KIND.parse(name, { address });
    if (existing === undefined) await layer.make(item, { wait: false });
    else await layer.change(item);
    return notesOf(layer, name);
  }
  if (existing === undefined) {
    throw new Refusal({ thing: name, problem: 'no such alias', repair: `make it with vethcfg alias ${name} ADDRESS` });
  }
  const item = asItem({ ...existing, up: state === 'up' });
  await layer.change(item);
  return notesOf(layer, name);
}

function notesOf(layer: AliasLayer, name: string): string[] {
  const found = layer.all().find(({ item }) => item.name === name);
  return found?.why === undefined ? [] : [`${name} waits: ${found.why}`];
}

/** Adds all aliases of a file of ifupdown, or changes nothing. */
async function importAliases(layer: AliasLayer, { aliases, dryRun }: Arguments<'import'>): Promise<ApplyResult> {
  const places = new Map(aliases.map(({ name, place }) => [name, place]));
  const wanted = aliases.map(({ name, options, place }) => at(place, () => ALIAS_KIND.parse(name, options)));
  const { key } = ALIAS_KIND;
  const current = layer.items();
  const kept = current.filter(({ name }) => !places.has(name));
  const changes = layerChanges({ [key]: current }, { [key]: [...kept, ...wanted] });
  if (dryRun) return { changes, applied: false, notes: [] };
  const steps = new Transaction(layer.log);
  try {
    for (const item of wanted) {
      if (!changes.some(({ veth }) => veth === item.name)) continue;
      const former = current.find(({ name }) => name === item.name);
      const act = () => (former === undefined ? layer.make(item, { wait: true }) : layer.change(item));
      const undo = () => (former === undefined ? layer.remove(item.name) : layer.change(former));
      await steps.step(item.name, () => inPlace(places.get(item.name), act), undo);
    }
  } catch (error) {
    await steps.undo();
    throw error;
  }
  return { changes, applied: true, notes: wanted.flatMap(({ name }) => notesOf(layer, name)) };
}

function at<T>(place: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw placed(place, error);
  }
}

async function inPlace(place: string | undefined, act: () => Promise<void>): Promise<void> {
  await act().catch((error: unknown) => {
    throw placed(place, error);
  });
}

/** A refusal says where in the file its cause is. */
function placed(place: string | undefined, error: unknown): unknown {
  if (place === undefined || !(error instanceof Error)) return error;
  if (!(error instanceof Refusal))
    return new Refusal({ thing: place, problem: error.message, repair: 'nothing was changed' });
  const { thing, problem, repair = 'nothing was changed', value = thing } = error;
  return new Refusal({ thing: `${place}: ${thing}`, problem, repair, value });
}
