import { describe, expect, test } from 'vitest';
import {
  ConversationMoves,
  Marker_Time_Out,
  type MarkerToSend,
  type MovePort,
  Silent_Time_Out,
} from '../../src/mux/conversation-moves.js';
import { BUCKETS, heldFor, isHeld, NO_PORT, spread } from '../../src/mux/distributor.js';

const A = 1;
const B = 2;
const C = 3;
const IN_USE: MovePort = { flushable: true, distributing: true };
const LEAVING: MovePort = { flushable: true, distributing: false };
const LOST: MovePort = { flushable: false, distributing: false };

/** A moves machine with ports that all buckets can be put on. */
class Lab {
  now = 0;
  readonly moves = new ConversationMoves(100);
  #want: readonly number[] = [];
  #ports = new Map<number, MovePort>();

  use(want: readonly number[] | number, ports: Record<number, MovePort>): this {
    this.#want = typeof want === 'number' ? spread([want]) : want;
    this.#ports = new Map(Object.entries(ports).map(([port, how]) => [Number(port), how]));
    this.moves.update(this.#want, this.#ports, this.now);
    return this;
  }

  markers(): MarkerToSend[] {
    return this.moves.takeMarkers();
  }

  answer(marker: MarkerToSend | undefined): string {
    if (marker === undefined) throw new Error('no marker');
    return this.moves.answered(marker.port, marker.transactionId, this.now);
  }

  /** Goes to the time, with every deadline on the way; gives the ports whose markers timed out. */
  advanceTo(ms: number): number[] {
    const timedOut: number[] = [];
    for (let next = this.moves.nextDeadline; next !== undefined && next <= ms; next = this.moves.nextDeadline) {
      this.now = next;
      timedOut.push(...this.moves.expire(next));
    }
    this.now = ms;
    return timedOut;
  }

  /** What the table says of each bucket, each answer once. */
  get entries(): number[] {
    return [...new Set(this.moves.buckets)].sort((a, b) => a - b);
  }
}

const onA = () => new Lab().use(A, { [A]: IN_USE, [B]: IN_USE });
/** Everything moves from A to B; with the marker that was sent. */
function movingToB(): { lab: Lab; marker: MarkerToSend | undefined } {
  const lab = onA().use(B, { [A]: IN_USE, [B]: IN_USE });
  return { lab, marker: lab.markers()[0] };
}

describe('a bucket that sends nowhere yet', () => {
  test('goes to its port at once, without a marker', () => {
    const lab = onA();
    expect(lab.entries).toEqual([A]);
    expect(lab.markers()).toEqual([]);
    expect(lab.moves.nextDeadline).toBeUndefined();
  });
});

describe('a move', () => {
  test('holds the buckets, asks by one marker on the old port, goes on with the response', () => {
    const { lab, marker } = movingToB();
    expect(marker).toEqual({ port: A, transactionId: 100 });
    expect(lab.entries).toEqual([heldFor(B)]);
    expect(lab.moves.carries(A)).toBe(true);
    expect(lab.answer(marker)).toBe('awaited');
    expect(lab.entries).toEqual([B]);
    expect(lab.moves.carries(A)).toBe(false);
    expect(lab.moves.nextDeadline).toBeUndefined();
  });

  test('goes on after the time-out, not a millisecond before; the marker is counted', () => {
    const { lab } = movingToB();
    expect(lab.advanceTo(Marker_Time_Out - 1)).toEqual([]);
    expect(lab.entries).toEqual([heldFor(B)]);
    expect(lab.advanceTo(Marker_Time_Out)).toEqual([A]);
    expect(lab.entries).toEqual([B]);
  });

  test('goes on at once when the old port is lost', () => {
    const { lab } = movingToB();
    lab.use(B, { [A]: LOST, [B]: IN_USE });
    expect(lab.entries).toEqual([B]);
    expect(lab.moves.nextDeadline).toBeUndefined();
  });

  test('goes on at once when the old port is removed', () => {
    const { lab, marker } = movingToB();
    lab.use(B, { [B]: IN_USE });
    expect(lab.entries).toEqual([B]);
    expect(lab.answer(marker)).toBe('late');
  });

  test('is over at once when the bucket stays where it was after all; its response changes nothing', () => {
    const { lab, marker } = movingToB();
    lab.use(A, { [A]: IN_USE, [B]: IN_USE });
    expect(lab.entries).toEqual([A]);
    lab.answer(marker);
    expect(lab.entries).toEqual([A]);
  });

  test('changes its target while it is under way', () => {
    const { lab, marker } = movingToB();
    lab.use(C, { [A]: IN_USE, [B]: LOST, [C]: IN_USE });
    expect(lab.markers()).toEqual([]);
    expect(lab.entries).toEqual([heldFor(C)]);
    lab.answer(marker);
    expect(lab.entries).toEqual([C]);
  });

  test('of a port that is lost already is immediate', () => {
    const lab = onA().use(B, { [A]: LOST, [B]: IN_USE });
    expect(lab.entries).toEqual([B]);
    expect(lab.markers()).toEqual([]);
  });

  test('when no port distributes any more frames are dropped, and what is under way is still asked after', () => {
    const lab = onA().use(NO_PORT, { [A]: LEAVING, [B]: LEAVING });
    expect(lab.entries).toEqual([NO_PORT]);
    const [marker] = lab.markers();
    lab.use(B, { [A]: LEAVING, [B]: IN_USE });
    expect(lab.entries).toEqual([heldFor(B)]);
    expect(lab.markers()).toEqual([]);
    lab.answer(marker);
    expect(lab.entries).toEqual([B]);
  });
});

describe('several moves', () => {
  test('a port that is added takes its share: one marker on each port that gives some away, the rest goes on', () => {
    const lab = new Lab().use(spread([A, B]), { [A]: IN_USE, [B]: IN_USE });
    lab.use(spread([A, B, C]), { [A]: IN_USE, [B]: IN_USE, [C]: IN_USE });
    const markers = lab.markers();
    expect(markers.map(({ port }) => port).sort()).toEqual([A, B]);
    const stays = spread([A, B]).map((port, bucket) => port === spread([A, B, C])[bucket]);
    expect(lab.moves.buckets.map((entry) => !isHeld(entry))).toEqual(stays);
    lab.answer(markers.find(({ port }) => port === A));
    expect(lab.moves.buckets.filter(isHeld).length).toBeGreaterThan(0); // those of B
    lab.answer(markers.find(({ port }) => port === B));
    expect(lab.moves.buckets).toEqual(spread([A, B, C]));
  });

  test('a second one from the same port has a marker of its own; the first response does not let it go', () => {
    const half = spread([A]).map((port, bucket) => (bucket < BUCKETS / 2 ? B : port));
    const lab = onA().use(half, { [A]: IN_USE, [B]: IN_USE });
    const [first] = lab.markers();
    lab.use(B, { [A]: IN_USE, [B]: IN_USE });
    const [second] = lab.markers();
    expect(second).toEqual({ port: A, transactionId: 101 });
    lab.answer(first);
    expect(lab.moves.buckets.slice(0, BUCKETS / 2)).toEqual(spread([B]).slice(BUCKETS / 2));
    expect(lab.moves.buckets.slice(BUCKETS / 2)).toEqual(spread([heldFor(B)]).slice(BUCKETS / 2));
    lab.answer(second);
    expect(lab.entries).toEqual([B]);
  });

  test('a response speaks for the markers before it on the same port', () => {
    const half = spread([A]).map((port, bucket) => (bucket < BUCKETS / 2 ? B : port));
    const lab = onA().use(half, { [A]: IN_USE, [B]: IN_USE });
    lab.use(B, { [A]: IN_USE, [B]: IN_USE });
    const [, second] = lab.markers();
    lab.answer(second);
    expect(lab.entries).toEqual([B]);
    expect(lab.moves.nextDeadline).toBeUndefined();
  });
});

describe('a response', () => {
  test('to no marker of ours is unknown and changes nothing', () => {
    const { lab } = movingToB();
    expect(lab.answer({ port: A, transactionId: 99 })).toBe('unknown');
    expect(lab.answer({ port: A, transactionId: 101 })).toBe('unknown');
    expect(lab.entries).toEqual([heldFor(B)]);
  });

  test('on another port than its marker changes nothing', () => {
    const { lab } = movingToB();
    expect(lab.answer({ port: B, transactionId: 100 })).toBe('late');
    expect(lab.entries).toEqual([heldFor(B)]);
  });

  test('that comes twice, or after the time-out, is late', () => {
    const { lab, marker } = movingToB();
    lab.answer(marker);
    expect(lab.answer(marker)).toBe('late');
    const again = movingToB();
    again.lab.advanceTo(Marker_Time_Out);
    expect(again.lab.answer(again.marker)).toBe('late');
  });

  test('transaction numbers go round', () => {
    const moves = new ConversationMoves(0xffff_ffff);
    const ports = new Map([A, B].map((port) => [port, IN_USE]));
    const everywhere = (port: number) => spread([port]);
    for (const [port, expected] of [[A], [B, 0xffff_ffff], [A, 0]] as const) {
      moves.update(everywhere(port), ports, 0);
      for (const marker of moves.takeMarkers()) {
        expect(marker.transactionId).toBe(expected);
        expect(moves.answered(marker.port, marker.transactionId, 0)).toBe('awaited');
      }
      expect(new Set(moves.buckets)).toEqual(new Set([port]));
    }
    expect(moves.answered(A, 0xffff_ffff, 0)).toBe('late');
  });
});

describe('a partner that does not answer', () => {
  /** Moves everything to and fro; gives how long it took. */
  function time(lab: Lab, port: number, answer = false): number {
    const from = lab.now;
    lab.use(port, { [A]: IN_USE, [B]: IN_USE });
    const [marker] = lab.markers();
    if (answer) lab.answer(marker);
    while (isHeld(lab.moves.buckets[0] ?? 0)) lab.advanceTo(lab.moves.nextDeadline ?? 0);
    const took = lab.now - from;
    lab.advanceTo(lab.now + 1_000);
    return took;
  }

  test('is known after two markers: then only what is likely is waited for; one answer, even a late one, proves it', () => {
    const lab = onA();
    expect([time(lab, B), time(lab, A)]).toEqual([Marker_Time_Out, Marker_Time_Out]);
    expect([time(lab, B), time(lab, A)]).toEqual([Silent_Time_Out, Silent_Time_Out]);
    expect(lab.answer({ port: B, transactionId: 103 })).toBe('late');
    expect(time(lab, B)).toBe(Marker_Time_Out);
  });

  test('one lost marker between answered ones makes no partner silent', () => {
    const lab = onA();
    expect([time(lab, B), time(lab, A, true), time(lab, B), time(lab, A, true), time(lab, B)]).toEqual([
      Marker_Time_Out,
      0,
      Marker_Time_Out,
      0,
      Marker_Time_Out,
    ]);
  });

  test('another partner is asked anew', () => {
    const lab = onA();
    for (const port of [B, A]) time(lab, port);
    lab.moves.forgetPartner();
    expect(time(lab, B)).toBe(Marker_Time_Out);
  });
});

describe('the limit of four markers a second', () => {
  /** Four moves away from A and back within one second. */
  function spent(): Lab {
    const lab = onA();
    for (let n = 0; n < 4; n++) {
      lab.use(B, { [A]: IN_USE, [B]: IN_USE });
      expect(lab.markers()).toHaveLength(1);
      lab.use(A, { [A]: IN_USE, [B]: IN_USE });
      lab.now += 10;
    }
    return lab;
  }

  test('a fifth move waits where it is, unheld, until a marker may be sent', () => {
    const lab = spent().use(B, { [A]: IN_USE, [B]: IN_USE });
    expect(lab.entries).toEqual([A]);
    lab.advanceTo(999);
    expect(lab.entries).toEqual([A]);
    lab.advanceTo(1_000);
    expect(lab.entries).toEqual([heldFor(B)]);
    expect(lab.markers()).toHaveLength(1);
  });

  test('from a port that must not send any more it is held, and time alone decides', () => {
    const lab = spent().use(B, { [A]: LEAVING, [B]: IN_USE });
    expect(lab.markers()).toEqual([]);
    expect(lab.entries).toEqual([heldFor(B)]);
    expect(lab.advanceTo(lab.now + Marker_Time_Out)).not.toHaveLength(5);
    expect(lab.entries).toEqual([B]);
  });
});

describe('another hash', () => {
  test('holds every bucket until every port but its own has answered', () => {
    const lab = new Lab().use(spread([A, B]), { [A]: IN_USE, [B]: IN_USE });
    lab.moves.rehash(lab.now);
    expect(lab.moves.buckets.every(isHeld)).toBe(true);
    const [a, b] = lab.markers();
    lab.answer(a);
    expect(lab.entries).toEqual([heldFor(A), B]);
    lab.answer(b);
    expect(lab.moves.buckets).toEqual(spread([A, B]));
  });

  test('on one port is no move', () => {
    const lab = onA();
    lab.moves.rehash(lab.now);
    expect(lab.entries).toEqual([A]);
    expect(lab.markers()).toEqual([]);
  });
});
