import { describe, expect, test } from 'vitest';
import { AliasError } from '../../../src/layers/alias/alias-error.js';
import { readAliasName } from '../../../src/layers/alias/alias-name.js';

const refusal = (text: string): AliasError => {
  try {
    readAliasName(text);
  } catch (error) {
    if (error instanceof AliasError) return error;
  }
  throw new Error(`${text} was taken`);
};

describe('NA-11 the name grammar', () => {
  test.each([
    ['eth0:0', 'eth0', 0, false],
    ['eth0:255', 'eth0', 255, false],
    ['veth0:7', 'veth0', 7, false],
    ['eth0.100:3', 'eth0.100', 3, false],
    ['eth0:0-', 'eth0', 0, true],
    ['a-b:1-', 'a-b', 1, true],
  ])('%s: main device %s, slot %d, deletes %s', (text, main, slot, deletes) => {
    expect(readAliasName(text)).toEqual({ name: `${main}:${slot}`, main, slot, deletes });
  });

  test('leading zeros are of the same slot, so that one alias has one name', () => {
    expect(readAliasName('eth0:007').name).toBe('eth0:7');
  });

  test.each([
    ['eth0', 'no colon'],
    ['eth0:', 'nothing after the colon'],
    [':0', 'no main device'],
    ['eth0:-', "'-' is not a slot number"],
    ['eth0:0--', "'0--' is not a slot number"],
    ['eth0:0-x', "'0-x' is not a slot number"],
    ['eth0:web', "'web' is not a slot number"],
    ['eth0:0x1', "'0x1' is not a slot number"],
    ['eth0: 1', "' 1' is not a slot number"],
    ['eth0:+1', "'+1' is not a slot number"],
  ])('%s is no such device: %s', (text, problem) => {
    const error = refusal(text);
    expect(error.code).toBe('ENODEV');
    expect(error.problem).toContain(problem);
    expect(error.repair).toContain('eth0:0');
  });

  test('NA-13 an alias of an alias is refused: the first colon ends the main device', () => {
    expect(refusal('eth0:0:1').problem).toBe('an alias of an alias');
    expect(refusal('eth0:0:1').repair).toBe('say an alias of eth0');
  });

  test('a name that the kernel could not take as a label, and a slot beyond every limit', () => {
    expect(refusal('enp0s31f6v0:1000').problem).toContain('longer than 15');
    expect(refusal('eth0:65536').repair).toBe('say a slot from 0 to 65535');
  });
});
