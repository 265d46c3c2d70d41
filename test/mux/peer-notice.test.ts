/** Frames by which an interface tells where it is now. */
import { expect, test } from 'vitest';
import { VirtualClock } from '../../src/aggregator/virtual-clock.js';
import { PEER_NOTIFY_INTERVAL, PeerNotifier } from '../../src/daemon/peer-notifier.js';
import { peerNotices } from '../../src/mux/peer-notice.js';

const MAC = '02:00:00:00:00:01';
const hex = (frame: Uint8Array | undefined) => Buffer.from(frame ?? []).toString('hex');
const V4 = Uint8Array.of(192, 0, 2, 1);
const V6 = Uint8Array.of(0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);

test('R12 an IPv4 address: a gratuitous ARP request to all, sender and target the same, no target MAC', () => {
  const [frame] = peerNotices(MAC, [V4]);
  expect(hex(frame)).toBe(
    `ffffffffffff0200000000010806${'0001080006040001'}020000000001c0000201${'000000000000'}c0000201${'00'.repeat(18)}`,
  );
});

test('R12 an IPv6 address: an unsolicited Neighbour Advertisement with Override, and a checksum that is right', () => {
  const [frame] = peerNotices(MAC, [V6]);
  const text = hex(frame);
  expect(text.slice(0, 28)).toBe('33330000000102000000000186dd');
  expect(text.slice(28, 44)).toBe('6000000000203aff'); // 32 octets of ICMPv6, hop limit 255
  expect(text.slice(44, 108)).toBe('20010db8000000000000000000000001ff020000000000000000000000000001');
  expect(text.slice(108, 112)).toBe('8800');
  expect(text.slice(116)).toBe('2000000020010db80000000000000000000000010201020000000001');
  // The sum over pseudo-header and message, the checksum included, is all ones.
  const message = text.slice(108);
  const pseudo = `${text.slice(44, 108)}00000020${'0000003a'}`;
  let sum = 0;
  for (const word of `${pseudo}${message}`.match(/.{4}/g) ?? []) sum += Number.parseInt(word, 16);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  expect(sum).toBe(0xffff);
});

test('R12 no address: a RARP request, by which a switch learns the MAC address', () => {
  const [frame, ...more] = peerNotices(MAC, []);
  expect(more).toEqual([]);
  expect(hex(frame).slice(0, 44)).toBe('ffffffffffff0200000000018035' + '0001080006040003');
});

test('R12 peer-notify=3: three rounds, 200 ms apart, with the addresses and the MAC of that moment', () => {
  const clock = new VirtualClock();
  let mac = MAC;
  let addresses = [V4];
  const sent: [at: number, source: string, type: string][] = [];
  const notifier = new PeerNotifier({ clock, addresses: () => addresses });
  notifier.tell(
    3,
    () => mac,
    (frame) => sent.push([clock.now(), hex(frame).slice(12, 24), hex(frame).slice(24, 28)]),
  );
  clock.advance(PEER_NOTIFY_INTERVAL);
  mac = '02:00:00:00:00:02';
  addresses = [V6];
  clock.advance(10_000);
  expect(sent).toEqual([
    [0, '020000000001', '0806'],
    [200, '020000000001', '0806'],
    [400, '020000000002', '86dd'],
  ]);
});

test('R12 peer-notify=0 says nothing, and stop ends what was under way', () => {
  const clock = new VirtualClock();
  const sent: unknown[] = [];
  const notifier = new PeerNotifier({ clock, addresses: () => [V4] });
  notifier.tell(
    0,
    () => MAC,
    (frame) => sent.push(frame),
  );
  expect(sent).toEqual([]);
  notifier.tell(
    5,
    () => MAC,
    (frame) => sent.push(frame),
  );
  notifier.stop();
  clock.advance(10_000);
  expect(sent).toHaveLength(1);
});
