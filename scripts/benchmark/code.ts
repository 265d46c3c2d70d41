/** What the parts of our own code cost that run for every LACPDU or every frame. */
import { decodeLacpdu, encodeLacpdu } from '../../src/lacp/lacpdu.pdu.js';
import { parseSlowProtocols, slowProtocolsFrame } from '../../src/lacp/slow-protocols.js';
import { hashFrame } from '../../src/mux/hash.js';
import { range } from './figures.js';

/** Nanoseconds a call, once for each repetition after a warm-up. */
function nanoseconds(repetitions: number, work: () => unknown): number[] {
  const CALLS = 200_000;
  const round = () => {
    const from = process.hrtime.bigint();
    for (let call = 0; call < CALLS; call += 1) work();
    return Number(process.hrtime.bigint() - from) / CALLS;
  };
  round();
  return Array.from({ length: repetitions }, round);
}

/** An LACPDU as it travels: version 1, the rest of no importance to its cost. */
function sampleBody(): Uint8Array {
  const body = new Uint8Array(110);
  body.set([1, 1, 1, 20], 0);
  body.set([2, 20], 22);
  body.set([3, 16], 42);
  return body;
}

export function benchCode(repetitions: number): void {
  const body = sampleBody();
  const pdu = decodeLacpdu(body);
  const frame = slowProtocolsFrame('02:00:00:00:00:01', body);
  const udp = new Uint8Array(106);
  udp.set([0x08, 0x00, 0x45], 12);
  udp[23] = 17;
  console.log('nanoseconds a call, median [range]');
  console.log(
    `  parse an LACPDU frame   ${range(
      nanoseconds(repetitions, () => parseSlowProtocols(frame)),
      0,
    )}`,
  );
  console.log(
    `  encode an LACPDU        ${range(
      nanoseconds(repetitions, () => encodeLacpdu(pdu)),
      0,
    )}`,
  );
  console.log(
    `  hash a UDP frame (L3+4) ${range(
      nanoseconds(repetitions, () => hashFrame('layer3+4', udp, 0, udp.length)),
      0,
    )}`,
  );
}
