/** D.3.8: markers. */
import { Subtype } from '../../lacp/constants.js';
import { encodeMarker, MARKER_TLV_TYPE, type Marker } from '../../lacp/marker.pdu.js';
import { slowProtocolsFrame } from '../../lacp/slow-protocols.js';
import type { ConformanceCase } from '../case.js';
import { AT_ONCE, mostWithin, type Tester } from '../tester.js';
import type { TesterLink } from '../tester-link.js';

const clause = 'x.5.4.2';
/** At most so many frames of one slow protocol a second, 57A. */
const SLOW_PROTOCOL_LIMIT = 10;

const marker = (link: TesterLink, requesterTransactionId: number, kind: Marker['kind'] = 'information') =>
  slowProtocolsFrame(
    link.mac,
    encodeMarker({ kind, requesterPort: link.actor.Port, requesterSystem: link.actor.System, requesterTransactionId }),
  );

/** Markers of the device's own are no answers. */
const isAnswer = (frame: Uint8Array) => frame[14] === Subtype.Marker && frame[16] === MARKER_TLV_TYPE.response;
const answers = (link: TesterLink) => link.raw.filter(({ frame }) => isAnswer(frame));
const hex = (octets: Uint8Array | undefined) => (octets === undefined ? 'none' : Buffer.from(octets).toString('hex'));
/** Requester fields of a marker frame: port, system, transaction. */
const requester = (frame: Uint8Array) => hex(frame.subarray(18, 30));

async function known(tester: Tester): Promise<TesterLink> {
  const link = tester.link();
  await tester.inUse(link);
  return link;
}

/** A device that answers markers at all answers these not. */
function ignored(list: (link: TesterLink) => readonly (readonly [name: string, frame: Uint8Array])[]) {
  return async (tester: Tester) => {
    const link = await known(tester);
    for (const [name, frame] of list(link)) {
      const before = answers(link).length;
      link.sendFrame(frame);
      await tester.wait(AT_ONCE);
      tester.check(answers(link).length === before, `${name}: no answer`, 'an answer');
    }
    link.mark();
    await tester.wait(1_500);
    const unmoved = link.fresh.length > 0 && link.fresh.every(({ pdu }) => pdu.actor.State.Distributing);
    tester.check(unmoved, 'the link stays in use', link.inWords());
  };
}

export const markerCases: readonly ConformanceCase[] = [
  {
    id: 'K-01',
    title: 'A marker is answered',
    clause,
    seconds: 1,
    run: async (tester) => {
      const link = await known(tester);
      const sent = marker(link, 0xcafe0001);
      link.sendFrame(sent);
      await tester.until(() => answers(link).length > 0, 1_000);
      const answer = answers(link)[0]?.frame;
      const good = answer?.[16] === MARKER_TLV_TYPE.response && requester(answer) === requester(sent);
      tester.check(good, `a response with requester ${requester(sent)}`, hex(answer?.subarray(14, 34)));
    },
  },
  {
    id: 'K-02',
    title: 'A flood of markers is not answered in full',
    clause: '57A.3',
    seconds: 4,
    run: async (tester) => {
      const link = await known(tester);
      for (let n = 0; n < 200; n++) {
        link.sendFrame(marker(link, n));
        await tester.wait(10);
      }
      await tester.wait(AT_ONCE);
      const most = mostWithin(
        answers(link).map(({ at }) => at),
        950,
      );
      const expected = `answers, at most ${SLOW_PROTOCOL_LIMIT} a second`;
      tester.check(most > 0 && most <= SLOW_PROTOCOL_LIMIT, expected, `${most} a second`);
    },
  },
  {
    id: 'K-04',
    title: 'A marker of wrong form is ignored',
    clause,
    seconds: 4,
    run: ignored((link) => {
      const wrongLength = marker(link, 1);
      wrongLength[17] = 9;
      return [
        ['TLV length 9', wrongLength],
        ['cut off', marker(link, 2).slice(0, 80)],
        ['trailing octets', Uint8Array.from([...marker(link, 3), 1, 2, 3, 4])],
      ];
    }),
  },
  {
    id: 'K-05',
    title: 'A response that nobody asked for is ignored',
    clause,
    seconds: 3,
    run: ignored((link) => [['response', marker(link, 7, 'response')]]),
  },
];
