import { expect, test } from 'vitest';
import { SILENCE_PROGRAM } from '../../src/drivers/silence-program.js';
import { assemble } from '../../src/drivers/sys/bpf-programs.js';

test('the program is these seven instructions', () => {
  expect(assemble(SILENCE_PROGRAM).toString('hex').match(/.{16}/g)).toEqual([
    'b700000002000000', // r0 = 2 (drop)
    '6112140000000000', // r2 = skb->vlan_present
    '5502030000000000', // if r2 != 0 goto exit
    '6112100000000000', // r2 = skb->protocol
    '5502010088090000', // if r2 != htons(0x8809) goto exit
    'b7000000ffffffff', // r0 = -1 (next)
    '9500000000000000', // exit
  ]);
});
