/** One command: ask vethd, print what it says. */
import type { Arguments, Command } from '../src/daemon/messages.js';
import { PROTOCOL, VERSION } from '../src/daemon/messages.js';
import { metricFamilies, metrics } from '../src/daemon/metrics/metrics.js';
import { openconfigLacp } from '../src/daemon/openconfig/document.js';
import { OPENCONFIG_LACP, openconfigSchemaText } from '../src/daemon/openconfig/schema.js';
import { alias, importAliases } from './alias.js';
import { attach } from './attach.js';
import { changeView } from './change-view.js';
import { ask, NotReachable } from './client.js';
import { completionScript, type Shell } from './completion.js';
import { FileError, readForApply, writeSaved } from './configuration-file.js';
import { configurationSchemaText } from './configuration-schema.js';
import { effectiveView } from './effective-view.js';
import { events } from './events.js';
import { EXIT, type ExitCode } from './exit.js';
import { flowView } from './flow-view.js';
import { isShown, linkView } from './link-view.js';
import type { Run } from './run.js';
import { scenarioSchemaText } from './scenario-schema.js';
import { showView } from './show-view.js';
import { whyView } from './why-view.js';

/**
 * `words` follow the command and have been counted by the parser. Everything has been said when this resolves.
 * Throws what `ask` throws, `FileError`, `CannotTest`, `WrongChoice`.
 */
export async function runCommand(name: string, words: readonly string[], run: Run): Promise<ExitCode> {
  if (name === 'conform') return (await conformance(words, run)) ? EXIT.done : EXIT.refused;
  if (name === 'replay') return replayed(words, run);
  if (name === 'simulate') return simulated(words, run);
  await runDone(name, words, run);
  return EXIT.done;
}

async function runDone(name: string, words: readonly string[], run: Run): Promise<void> {
  const [first = '', second, ...rest] = words;
  switch (name) {
    case 'add':
      return change('add', { port: first, veth: second ?? '', options: rest }, `${first} added to ${second}`, run);
    case 'del':
      return second === undefined
        ? change('del', { veth: first }, `${first} removed`, run)
        : change('del', { port: first, veth: second }, `${first} removed from ${second}`, run);
    case 'set':
      return change(
        'set',
        { name: first, options: words.slice(1) },
        `${words.slice(1).join(' ')} set on ${first}`,
        run,
      );
    case 'ifconfig':
      return attach(words, run);
    case 'status':
      return status(words[0], run);
    case 'show':
      return run.has('effective') ? effective(words[0], run) : show(words[0], run);
    case 'events':
      return events({ ...run, follow: run.has('follow'), name: run.argument('port'), since: run.argument('since') });
    case 'top':
      return topped(words[0], run);
    case 'metrics':
      return printMetrics(run);
    case 'flow':
      return flow(words, run);
    case 'why':
      return why(words[0], run);
    case 'apply':
      return apply(first, run);
    case 'save':
      return save(words[0], run);
    case 'alias':
      return alias(words, run);
    case 'import':
      return importAliases(words[0], run.has('dryRun'), run);
    case 'restart':
      return restart(run);
    case 'schema':
      return run.world.stdout((SCHEMA_TEXTS[first] ?? configurationSchemaText)());
    case 'link':
      return link(words, run);
    case 'version':
      return version(run);
    case 'completion':
      return run.world.stdout(completionScript(first as Shell)); // the parser let no other word pass
    default:
      throw new Error(`command ${name} is in the table but not here`);
  }
}

/** By the word after `schema`. */
const SCHEMA_TEXTS: Readonly<Record<string, () => string>> = {
  simulate: scenarioSchemaText,
  openconfig: openconfigSchemaText,
};

/** Loaded only now: every other command does without the drivers. */
async function conformance(ports: readonly string[], { argument, ...run }: Run): Promise<boolean> {
  const { conform } = await import('./conform.js');
  return conform({ ports, group: argument('group'), control: argument('control'), ...run });
}

/** Loaded only now: the engine and its machines. */
async function replayed(files: readonly string[], { argument, json, world }: Run): Promise<ExitCode> {
  const { replay } = await import('./replay.js');
  return replay({ files, port: argument('port'), side: argument('side'), html: argument('html'), json, world });
}

/** Loaded only now, as it is not small. */
async function topped(name: string | undefined, { has, argument, ...run }: Run): Promise<void> {
  const { top } = await import('./top/top.js');
  return top({ name, interval: argument('interval'), count: argument('count'), batch: has('batch'), ...run });
}

/** As above. */
async function simulated(files: readonly string[], { argument, has, json, world }: Run): Promise<ExitCode> {
  const { simulate } = await import('./simulate.js');
  const [seed, port, system, since] = [argument('seed'), argument('port'), argument('system'), argument('since')];
  return simulate({ files, seed, port, system, since, quiet: has('quiet'), json, world });
}

async function change<C extends 'add' | 'del' | 'set'>(command: C, args: Arguments<C>, done: string, run: Run) {
  const { notes } = await ask(run.address, command as Command & C, args);
  if (run.json) return printJson(run, { ok: true, notes });
  for (const note of notes) run.world.stderr(`vethcfg: note: ${note}\n`);
  if (run.verbose) run.world.stdout(`${done}\n`);
}

async function status(veth: string | undefined, run: Run): Promise<void> {
  const result = await ask(run.address, 'status', veth === undefined ? {} : { veth });
  if (run.json) printJson(run, result.status);
  else run.world.stdout(result.table);
}

async function show(name: string | undefined, run: Run): Promise<void> {
  const addresses = run.has('addresses') || undefined;
  const result = await ask(run.address, 'show', {
    ...(name !== undefined && { name }),
    ...(addresses && { addresses }),
  });
  const openconfig = { [OPENCONFIG_LACP]: openconfigLacp(result) };
  if (run.has('openconfig')) printJson(run, openconfig);
  else if (run.json) printJson(run, { ...result, ...openconfig });
  else run.world.stdout(showView(result, run.world.coloured, name));
}

async function why(name: string | undefined, run: Run): Promise<void> {
  const result = await ask(run.address, 'why', name === undefined ? {} : { name });
  if (run.json) printJson(run, result);
  else run.world.stdout(whyView(result, run.world.coloured));
}

/** With --json the same families as a document. */
async function printMetrics(run: Run): Promise<void> {
  const [state, reasons] = await Promise.all([ask(run.address, 'show', {}), ask(run.address, 'why', {})]);
  if (run.json) printJson(run, metricFamilies(state, reasons));
  else run.world.stdout(metrics(state, reasons));
}

async function effective(name: string | undefined, run: Run): Promise<void> {
  const result = await ask(run.address, 'effective', name === undefined ? {} : { name });
  if (run.json) printJson(run, result);
  else run.world.stdout(effectiveView(result, run.world.coloured, name));
}

async function flow(words: readonly string[], run: Run): Promise<void> {
  const [veth = '', source = '', destination = '', protocol, sourcePort, destinationPort] = words;
  const [vlan, srcMac, dstMac] = (['vlan', 'srcMac', 'dstMac'] as const).map((flag) => run.argument(flag));
  const [flowLabel, inner] = (['flowLabel', 'inner'] as const).map((flag) => run.argument(flag));
  const options = { vlan, srcMac, dstMac, flowLabel, inner };
  const args = { veth, source, destination, protocol, sourcePort, destinationPort, ...options };
  const result = await ask(run.address, 'flow', args);
  if (run.json) printJson(run, result);
  else run.world.stdout(flowView(result));
}

async function link(words: readonly string[], run: Run): Promise<void> {
  const { notes, links } = await ask(run.address, 'link', { words: [...words] });
  if (run.json) return printJson(run, { ok: true, notes, links });
  for (const note of notes) run.world.stderr(`vethcfg: note: ${note}\n`);
  if (isShown(words) || run.verbose) run.world.stdout(linkView(links));
}

async function apply(file: string, run: Run): Promise<void> {
  const dryRun = run.has('dryRun');
  const result = await ask(run.address, 'apply', { ...readForApply(file), dryRun });
  if (run.json) return printJson(run, result);
  for (const note of result.notes) run.world.stderr(`vethcfg: note: ${note}\n`);
  run.world.stdout(changeView(result));
}

async function save(file: string | undefined, run: Run): Promise<void> {
  const result = await ask(run.address, 'save', {});
  const target = file ?? result.file;
  if (target === undefined) throw new FileError('vethd has no configuration file; say save FILE');
  if (target !== '-') writeSaved(target, result.text);
  if (run.json) printJson(run, { file: target === '-' ? null : target, text: result.text });
  else if (target === '-') run.world.stdout(result.text);
  else if (run.verbose) run.world.stdout(`written to ${target}\n`);
}

async function restart(run: Run): Promise<void> {
  const from = performance.now();
  const { address, world } = run;
  const went = await ask(address, 'restart', {}, { toTheEnd: true });
  const came = await ask(address, 'version', {}).catch((error: unknown) => {
    if (!(error instanceof NotReachable)) throw error;
    throw new NotReachable(
      `vethd ${went.version} has made way for ${went.successor}, but: ${error.message}\n` +
        `what it knew is kept in ${address.runDir}; its log says why the new one does not take commands`,
    );
  });
  const tookMs = Math.round(performance.now() - from);
  if (run.json) printJson(run, { ok: true, from: went.version, to: came.version, pid: came.pid, tookMs });
  else if (run.verbose) world.stdout(`vethd ${came.version} in the place of ${went.version} (pid ${came.pid})\n`);
}

/** Says its own version also when vethd is not there: that is no failure of this command. */
async function version(run: Run): Promise<void> {
  const daemon = await ask(run.address, 'version', {}).catch((error: unknown) => {
    if (error instanceof NotReachable) return undefined;
    throw error;
  });
  if (run.json) return printJson(run, { vethcfg: VERSION, protocol: PROTOCOL, vethd: daemon ?? null });
  run.world.stdout(
    `vethcfg ${VERSION}\n` +
      (daemon === undefined
        ? `vethd not running in ${run.address.runDir}\n`
        : `vethd ${daemon.version} (pid ${daemon.pid})\n`),
  );
}

function printJson(run: Run, document: unknown): void {
  run.world.stdout(`${JSON.stringify(document, null, 2)}\n`);
}
