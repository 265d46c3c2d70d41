/** Our decoder against an independent one: tshark reads the same frames, field by field. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeLacpdu, type Lacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { encodeMarker } from '../../src/lacp/marker.pdu.js';
import { decodePortState } from '../../src/lacp/port-state.js';
import { type Parsed, parseSlowProtocols, slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import type { PortInformation } from '../../src/lacp/variables.js';
import { anyConversationTlvs, anyLacpdu, anyMarker, lacpdu } from '../support/builders.js';
import { pcap } from '../support/pcap.js';

const SEED = 20_260_101;

/** Version 2: what tshark is told by its number alone ("unknown TLV") must still lie where it looks for it. */
const VERSION_2 = fc
  .sample(fc.tuple(anyLacpdu, anyConversationTlvs), { seed: SEED, numRuns: 50 })
  .map(([basic, conversations]) => ({ ...basic, version: 2, conversations }));

type Json = { readonly [name: string]: Json | string };

/** Every state octet in both TLVs, and arbitrary values of all fields; the same frames in each run. */
const FRAMES = [
  ...Array.from({ length: 256 }, (_, octet) =>
    lacpdu({ actor: { State: decodePortState(octet) }, partner: { State: decodePortState(255 - octet) } }),
  ).map(encodeLacpdu),
  ...fc.sample(anyLacpdu, { seed: SEED, numRuns: 300 }).map(encodeLacpdu),
  ...fc.sample(anyMarker, { seed: SEED, numRuns: 100 }).map(encodeMarker),
].map((body, i) => slowProtocolsFrame(`02:00:00:00:${(i >> 8).toString(16).padStart(2, '0')}:01`, body));

let dissected: readonly Json[] | undefined;

/** The frames as tshark reads them. A missing tshark fails each test by name, not only the set-up. */
function packets(): readonly Json[] {
  dissected ??= dissect(FRAMES);
  return dissected;
}

function dissect(frames: readonly Uint8Array[]): readonly Json[] {
  const text = withPcap(frames, (file) => tshark(['-r', file, '-T', 'json', '--no-duplicate-keys']));
  return (JSON.parse(text) as readonly { _source: { layers: Json } }[]).map(({ _source }) => _source.layers);
}

function withPcap<T>(frames: readonly Uint8Array[], use: (file: string) => T): T {
  const folder = mkdtempSync(joinPath(tmpdir(), 'veth-tshark-'));
  const file = joinPath(folder, 'frames.pcap');
  try {
    writeFileSync(file, pcap(frames));
    return use(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tshark(args: readonly string[]): string {
  try {
    return execFileSync('tshark', ['-n', ...args], {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Error('this test compares our decoder with tshark, which is not installed: apt-get install tshark');
  }
}

/** Types and lengths of an LACPDU's TLVs as tshark walks from one to the next, and its complaints. */
function walkedByTshark(frames: readonly Uint8Array[]): readonly string[] {
  const fields = ['lacp.version', 'lacp.tlv_type', 'lacp.tlv_length', 'lacp.pad', '_ws.expert.message'];
  return withPcap(frames, (file) =>
    tshark(['-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])])
      .trimEnd()
      .split('\n'),
  );
}

function layer(packet: Json | undefined, name: string): Json {
  const found = packet?.[name];
  if (found === undefined || typeof found === 'string') throw new Error(`tshark saw no ${name} layer`);
  return found;
}

/** tshark writes some numbers in decimal and some in hex; `Number` reads both. */
const number = (fields: Json, name: string) => Number(fields[name]);
const bit = (fields: Json, name: string) => fields[name] === '1' || fields[name] === 'True';

function information(lacp: Json, side: 'actor' | 'partner'): PortInformation {
  const state = layer(lacp, `lacp.${side}.state_tree`);
  return {
    System_Priority: number(lacp, `lacp.${side}.sys_priority`),
    System: String(lacp[`lacp.${side}.sysid`]),
    Key: number(lacp, `lacp.${side}.key`),
    Port_Priority: number(lacp, `lacp.${side}.port_priority`),
    Port: number(lacp, `lacp.${side}.port`),
    State: {
      LACP_Activity: bit(state, `lacp.${side}.state.activity`),
      LACP_Timeout: bit(state, `lacp.${side}.state.timeout`),
      Aggregation: bit(state, `lacp.${side}.state.aggregation`),
      Synchronization: bit(state, `lacp.${side}.state.synchronization`),
      Collecting: bit(state, `lacp.${side}.state.collecting`),
      Distributing: bit(state, `lacp.${side}.state.distributing`),
      Defaulted: bit(state, `lacp.${side}.state.defaulted`),
      Expired: bit(state, `lacp.${side}.state.expired`),
    },
  };
}

/** What tshark read, in our types. */
function asTsharkSees(packet: Json): unknown {
  const source = layer(packet, 'eth')['eth.src'];
  if (packet.marker !== undefined) {
    const read = layer(packet, 'marker');
    const kind = tlvType(read) === 2 ? 'response' : 'information';
    const requesterSystem = read['marker.requesterSystem'];
    const requesterPort = number(read, 'marker.requesterPort');
    const requesterTransactionId = number(read, 'marker.requesterTransId');
    return { kind: 'marker', source, marker: { kind, requesterPort, requesterSystem, requesterTransactionId } };
  }
  const read = layer(packet, 'lacp');
  const pdu: Lacpdu = {
    version: number(read, 'lacp.version'),
    actor: information(read, 'actor'),
    partner: information(read, 'partner'),
    collectorMaxDelay: number(read, 'lacp.collector.max_delay'),
  };
  return { kind: 'lacpdu', source, pdu };
}

/** The first of the TLV types: the second is the terminator's. */
function tlvType(marker: Json): number {
  const types: unknown = marker['marker.tlvType'];
  return Number(Array.isArray(types) ? types[0] : types);
}

/** Ours, without the octets that only the responder needs. */
function withoutBody(parsed: Parsed): unknown {
  if (parsed.kind !== 'marker') return parsed;
  const { kind, source, marker } = parsed;
  return { kind, source, marker };
}

test('tshark saw every frame', () => {
  expect(packets()).toHaveLength(FRAMES.length);
});

test('every field of every frame reads the same by us and by tshark', () => {
  for (const [i, frame] of FRAMES.entries()) {
    expect(withoutBody(parseSlowProtocols(frame)), `frame ${i + 1}`).toEqual(asTsharkSees(packets()[i] ?? {}));
  }
});

test('tshark finds nothing wrong in the form of what we send', () => {
  const complaints = packets().filter((packet) => /malformed|wrong_tlv|wrong_pad/.test(JSON.stringify(packet)));
  expect(complaints).toEqual([]);
});

test('version 2: tshark walks from TLV to TLV to the terminator, and finds the pad that is left of 50 octets', () => {
  const frames = VERSION_2.map((pdu) => slowProtocolsFrame('02:00:00:00:00:01', encodeLacpdu(pdu)));
  const walked = VERSION_2.map(({ conversations: { portAlgorithm, linkList, mask, serviceMappingDigest } }) => {
    const further = [
      ...(portAlgorithm === undefined ? [] : [[4, 6]]),
      ...(linkList === undefined ? [] : [[5, 20]]),
      ...(mask === undefined ? [] : [6, 7, 8, 9].map((type) => [type, type === 6 ? 131 : 130])),
      ...(serviceMappingDigest === undefined ? [] : [[10, 18]]),
    ];
    const tlvs = [[1, 20], [2, 20], [3, 16], ...further, [0, 0]];
    const hex = (place: 0 | 1) => tlvs.map((tlv) => `0x${(tlv[place] ?? 0).toString(16).padStart(2, '0')}`).join();
    const pad = Math.max(0, 50 - further.reduce((sum, [, length]) => sum + (length ?? 0), 0));
    return ['0x02', hex(0), hex(1), '00'.repeat(pad), ''].join('\t').trimEnd();
  });
  expect(walkedByTshark(frames).map((line) => line.trimEnd())).toEqual(walked);
  for (const [i, frame] of frames.entries()) expect(parseSlowProtocols(frame)).toMatchObject({ pdu: VERSION_2[i] });
});
