/** `vethcfg show` as text: what `ShowResult` says, in words, one fact a line. */
import type { LatenessReport, ShownAggregator, ShownPort, ShowResult } from '../src/daemon/messages.js';
import { OPTIONS } from '../src/daemon/options.js';
import { aliasView } from './alias-view.js';
import { bridgeLines, bridgeUse } from './bridge-view.js';
import { field } from './field.js';
import { informationLines } from './information-view.js';
import { type Style, style } from './style.js';

/** The whole view with its final newline. `asked`: of what; undefined: of all. */
export function showView(result: ShowResult, coloured = false, asked?: string): string {
  const paint = style(coloured);
  const { kind, choice, reason } = result.datapath;
  const why = [choice === undefined || choice === kind ? undefined : `datapath=${choice}`, reason].filter(Boolean);
  const head = `vethd ${result.version}, data path ${kind}${why.length === 0 ? '' : ` (${why.join('; ')})`}`;
  const reduced = (result.reduced ?? []).map(({ part, why, effect }) => `reduced: ${part} (${why}): ${effect}`);
  const interfaces = result.aggregators.map((aggregator) => aggregatorView(aggregator, paint));
  const aliases = (result.aliases ?? []).map((alias) => aliasView(alias, paint));
  const none = asked === undefined ? [['no interfaces; make one with: vethcfg add PORT VETH']] : [];
  const body = [...(interfaces.length > 0 || aliases.length > 0 ? interfaces : none), ...aliases];
  const top = [head, ...reduced, controlLoop(result.lateness)];
  return `${[...top, ...body.flatMap((lines) => ['', ...lines])].join('\n')}\n`;
}

/** How late timers were served, by class; what holds the loop up holds up LACP. */
function controlLoop({ served, worst, worstAgo, classes }: LatenessReport): string {
  if (served === 0) return 'control loop: no timer served yet';
  const counts = classes.flatMap(({ upTo, count }, index) => {
    if (count === 0) return [];
    return [`${upTo === undefined ? `over ${classes[index - 1]?.upTo ?? 0}` : `up to ${upTo}`} ms ${count}`];
  });
  const worstWas = `worst ${worst.toFixed(1)} ms, ${Math.round(worstAgo / 1000)} s ago`;
  return `control loop: ${served} timers, late by ${counts.join(', ')}; ${worstWas}`;
}

function aggregatorView(aggregator: ShownAggregator, paint: Style): string[] {
  const { name, mode, ports, settings, counters, carrier, lately, bridge } = aggregator;
  const distributing = ports.filter((port) => port.distributing).length;
  return [
    `${paint.bold(name)}  ${carrier ? paint.good('carrier on') : paint.bad('carrier off')}, ` +
      `${distributing} of ${ports.length} ports ${bridge === undefined ? 'distributing' : 'in use'}${mode === 'lacp' ? '' : `, mode ${mode}`}`,
    ...aggregator.notes.map((note) => `  note: ${note}`),
    field(2, 'interface', `index ${aggregator.ifindex}, MAC ${aggregator.mac}, MTU ${aggregator.mtu}`),
    field(2, 'system', `priority ${aggregator.systemPriority}, ${aggregator.systemId}, key ${hex(aggregator.key)}`),
    ...(bridge === undefined
      ? [field(2, 'partner', partnerOf(aggregator)), field(2, 'LAG ID', aggregator.activeLag ?? 'none yet')]
      : []),
    ...conversationLines(aggregator),
    ...balanceLines(aggregator),
    ...bridgeLines(aggregator),
    ...optionLines(2, (option) => option.aggregator?.print(settings)),
    field(
      2,
      'dropped',
      `to the links: ${counters.txNoPort} without a distributing port, ${counters.txSlowProtocols} slow protocols of ` +
        `the host, ${counters.txOverrun} overrun; to the host: ${counters.rxHostRefused} refused`,
    ),
    ...ports.flatMap((port) => ['', ...portView(port, lately, paint)]),
  ];
}

/** Only with LACP version 2. */
function conversationLines({ conversations }: ShownAggregator): string[] {
  if (conversations === undefined) return [];
  const { differences, portAlgorithm, linkListDigest } = conversations;
  const state = differences === undefined ? 'of no port in use' : differences.length === 0 ? 'agreed' : 'not agreed';
  return [
    field(
      2,
      'LACP v2',
      `conversations ${state}; port algorithm ${portAlgorithm.replace(/..(?=.)/g, '$&-')}, list ${linkListDigest}`,
    ),
  ];
}

/** Only with rebalancing. */
function balanceLines({ balance, settings }: ShownAggregator): string[] {
  if (balance === undefined) return [];
  const { away, moved } = balance;
  return [
    field(
      2,
      'rebalance',
      `every ${settings.rebalance} s; ${moved} conversations moved so far, ${away} of 4096 are elsewhere than by weight`,
    ),
  ];
}

function portConversationLines({ conversations, partnerVersion }: ShownPort): string[] {
  if (conversations === undefined) return [];
  const { linkNumber, sent, inStep, discardsWrong } = conversations;
  const partner =
    partnerVersion < 2
      ? 'partner speaks version 1'
      : inStep === undefined
        ? 'partner has not said which it sends'
        : `partner sends ${inStep ? 'the same' : 'others'}`;
  const wrong = discardsWrong ? ', others are discarded' : '';
  return [field(4, 'LACP v2', `link number ${linkNumber}, sends ${sent} of 4096 conversations; ${partner}${wrong}`)];
}

function partnerOf({ partnerSystem, partnerKey }: ShownAggregator): string {
  if (partnerSystem === undefined) return 'none';
  return partnerKey === undefined ? partnerSystem : `${partnerSystem}, key ${hex(partnerKey)}`;
}

function portView(port: ShownPort, lately: number | undefined, paint: Style): string[] {
  const { dataCounters: data } = port;
  return [
    `  ${paint.bold(port.name)}  port ${port.number}, ${use(port, lately, paint)}`,
    ...port.notes.map((note) => `    note: ${note}`),
    field(4, 'link', linkOf(port)),
    field(
      4,
      'machines',
      `${port.selected}; Receive ${port.receive}, Periodic ${port.periodic}, Mux ${port.mux}; ` +
        `churn: actor ${port.actorChurn}, partner ${port.partnerChurn}`,
    ),
    ...informationLines('actor', port.actor).map(indent),
    ...informationLines('partner', port.partner, port.actor.State.Defaulted).map(indent),
    field(4, 'LAG ID', port.lagId),
    ...portConversationLines(port),
    ...optionLines(4, (option) => option.port?.print(port.settings)),
    field(4, 'protocol', protocolOf(port)),
    ...changesOf(port),
    field(4, 'moves', movesOf(port)),
    field(
      4,
      'data',
      `in ${data.rxFrames} frames ${data.rxBytes} octets, out ${data.txFrames} frames ${data.txBytes} octets`,
    ),
    field(
      4,
      'dropped',
      `in: ${data.rxNotCollecting} not collecting, ` +
        (port.conversations === undefined ? '' : `${data.rxWrongConversation} wrong conversation, `) +
        `${data.rxOverrun} overrun; out: ${data.txRefused} refused`,
    ),
    ...(port.addresses.length === 0
      ? []
      : [field(4, 'addresses', `${port.addresses.join(', ')} (silent while the port is attached)`)]),
    ...(port.reduced === undefined ? [] : [field(4, 'reduced', port.reduced)]),
  ];
}

/** What the port is used for now, in the words a user asks with. */
function use(port: ShownPort, lately: number | undefined, paint: Style): string {
  if (port.bridge !== undefined) return bridgeUse(port.bridge, paint);
  if (port.distributing) {
    const { share, octetShare } = port;
    const octets =
      octetShare === undefined || lately === undefined
        ? ''
        : `, ${percent(octetShare)} of the octets in the last ${Math.round(lately)} s`;
    return paint.good(`distributing${share === undefined ? '' : ` ${percent(share)} of the conversations`}${octets}`);
  }
  if (port.collecting) return paint.bad('collecting only');
  return paint.bad(port.selected === 'STANDBY' ? 'standing by' : 'not in use');
}

function linkOf({ link, speed, duplex, settings, mac }: ShownPort): string {
  const declared = settings.speed === undefined ? '' : ' (declared)';
  const rate = speed === undefined ? 'speed unknown' : `${speed} Mbit/s${declared}`;
  return `${link}, ${rate}, ${duplex === undefined ? 'duplex unknown' : `${duplex} duplex`}, MAC ${mac}`;
}

function protocolOf({ counters }: ShownPort): string {
  const illegal = Object.entries(counters.illegalRx).filter(([, frames]) => frames > 0);
  return (
    `LACPDUs ${counters.lacpdusRx} in, ${counters.lacpdusTx} out; markers ${counters.markersRx} in; ` +
    `marker responses ${counters.markerResponsesRx} in, ${counters.markerResponsesTx} out; ` +
    `other ${counters.unknownRx} in; illegal ` +
    (illegal.length === 0 ? '0 in' : illegal.map(([reason, frames]) => `${frames} in (${reason})`).join(', '))
  );
}

function changesOf({ events: e }: ShownPort): string[] {
  return [
    field(4, 'changes', `link lost ${e.linkFailures}, partner expired ${e.expired}, defaulted ${e.defaulted}`),
    field(
      4,
      '',
      `in sync: actor ${e.actorInSync}, partner ${e.partnerInSync}; churn: actor ${e.actorChurn}, partner ` +
        `${e.partnerChurn}; identity changed: actor ${e.actorChanged}, partner ${e.partnerChanged}`,
    ),
  ];
}

/** Conversations that have changed port: those that left this one, by markers; and those that came to it. */
function movesOf({ counters, dataCounters }: ShownPort): string {
  const early = dataCounters.txHeldEarly === 0 ? '' : ` (${dataCounters.txHeldEarly} of them let go early)`;
  return (
    `from here: ${counters.markersTx} markers, ${counters.markerTimeouts} timed out, ` +
    `${counters.markerResponsesUnexpected} unexpected responses; to here: ${dataCounters.txHeld} frames held${early}`
  );
}

/** Options in force, as they would be written, several on a line. */
function optionLines(indentation: number, print: (option: (typeof OPTIONS)[number]) => string | undefined): string[] {
  const words = OPTIONS.flatMap((option) => {
    const value = print(option);
    return value === undefined ? [] : [`${option.name}=${value}`];
  });
  const lines: string[] = [];
  for (let from = 0; from < words.length; from += 6) {
    lines.push(field(indentation, from === 0 ? 'options' : '', words.slice(from, from + 6).join(' ')));
  }
  return lines;
}

const indent = ([label, text]: readonly [string, string]) => field(4, label, text);
const percent = (part: number) => `${Math.round(part * 100)} %`;
const hex = (key: number) => `0x${key.toString(16).padStart(4, '0')}`;
