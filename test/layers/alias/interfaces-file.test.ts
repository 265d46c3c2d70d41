import { describe, expect, test } from 'vitest';
import { addressText, aliasOptions } from '../../../src/layers/alias/alias-item.js';
import { readInterfacesFile } from '../../../src/layers/alias/interfaces-file.js';

const MAIN = '/etc/network/interfaces';

/** Files by path; `source` patterns are the whole path with a star at the end. */
function read(texts: Readonly<Record<string, string>> | string) {
  const files: Readonly<Record<string, string>> = typeof texts === 'string' ? { [MAIN]: texts } : texts;
  const below = (start: string) =>
    Object.keys(files)
      .filter((path) => path.startsWith(start))
      .sort();
  return readInterfacesFile(MAIN, {
    read: (path) => files[path],
    matching: (pattern) => (pattern.endsWith('*') ? below(pattern.slice(0, -1)) : below(pattern)),
    inDirectory: (path) => below(`${path}/`),
  });
}

const found = (texts: Readonly<Record<string, string>> | string) => {
  const { aliases, problems } = read(texts);
  expect(problems).toEqual([]);
  return aliases.map(({ item }) => `${item.name} ${addressText(item)}${item.up ? '' : ' down'}`);
};

/** As the tutorial has it, blank lines and trailing blanks included. */
const TUTORIAL = `
iface eth1 inet static \n\naddress 192.168.1.1 \n\nnetmask 255.255.255.0 \n\nauto eth1 \n\n
iface eth1:0 inet static \n\naddress 192.168.0.1 \n\nnetmask 255.255.255.0 \n\nauto eth1:0 \n`;

describe('IA-10 stanzas of aliases', () => {
  test('the file of the tutorial; what is no alias is left to ifupdown', () => {
    expect(found(TUTORIAL)).toEqual(['eth1:0 192.168.0.1/24']);
    expect(read(TUTORIAL).notes).toEqual(['left to ifupdown: eth1']);
  });

  test.each([
    ['a dotted mask', 'address 10.0.0.1\nnetmask 255.255.0.0', '10.0.0.1/16'],
    ['a length as mask', 'address 10.0.0.1\nnetmask 20', '10.0.0.1/20'],
    ['a length with the address', 'address 10.0.0.1/24', '10.0.0.1/24'],
    ['no mask: that of the class', 'address 172.16.0.1', '172.16.0.1/16'],
    [
      'tabs, blanks, comments, and a continued line',
      '\t address\t\\\n  10.0.0.1/24\n# netmask 8\n   # x',
      '10.0.0.1/24',
    ],
  ])('%s', (_, body, address) => {
    expect(found(`auto eth0:0\niface eth0:0 inet static\n${body}\n`)).toEqual([`eth0:0 ${address}`]);
  });

  test('IPv6, whose mask is 64 without a word, as for ifupdown', () => {
    const text =
      'auto eth0:6 eth0:7\niface eth0:6 inet6 static\n address 2001:db8::1\n netmask 48\n' +
      'iface eth0:7 inet6 static\naddress 2001:db8:1::1\n';
    expect(found(text)).toEqual(['eth0:6 2001:db8::1/48', 'eth0:7 2001:db8:1::1/64']);
  });

  test('broadcast, the usual one and another', () => {
    const { aliases } = read(
      'allow-hotplug eth0:0 eth0:1\niface eth0:0 inet static\naddress 10.0.0.1/24\nbroadcast +\n' +
        'iface eth0:1 inet static\naddress 10.0.1.1/24\nbroadcast 10.0.255.255\n',
    );
    expect(aliases.map(({ item }) => aliasOptions(item).broadcast)).toEqual(['auto', '10.0.255.255']);
  });

  test('one that nothing brings up is down, and that is told', () => {
    const text = 'iface eth0:0 inet static\naddress 10.0.0.1/24\n';
    expect(found(text)).toEqual(['eth0:0 10.0.0.1/24 down']);
    expect(read(text).notes).toEqual([`${MAIN}:1: eth0:0 is down: no auto or allow-hotplug names it`]);
  });

  test('other lines of the stanza, other methods, and a name without a stanza are told', () => {
    expect(
      read(
        'auto eth0:0 eth0:1 eth0:9\niface eth0:0 inet static\naddress 10.0.0.1/24\ngateway 10.0.0.254\nup echo x\n' +
          'iface eth0:1 inet dhcp\n',
      ).notes,
    ).toEqual([
      `${MAIN}:4: eth0:0: gateway 10.0.0.254 is not taken over`,
      `${MAIN}:5: eth0:0: up echo x is not taken over`,
      `${MAIN}:6: eth0:1 left to ifupdown: inet dhcp, only static ones are aliases`,
      `${MAIN}:1: eth0:9 is to be brought up, but there is no iface eth0:9`,
    ]);
  });

  test('files that it names, in their place', () => {
    const stanza = (slot: number) => `auto eth0:${slot}\niface eth0:${slot} inet static\naddress 10.0.${slot}.1/24\n`;
    const texts = {
      [MAIN]: `source /etc/network/interfaces.d/*\n${stanza(0)}source-directory /etc/more\n`,
      '/etc/network/interfaces.d/a': stanza(1),
      '/etc/network/interfaces.d/b': stanza(2),
      '/etc/more/c': stanza(3),
    };
    expect(found(texts)).toEqual([1, 2, 0, 3].map((slot) => `eth0:${slot} 10.0.${slot}.1/24`));
    expect(read(texts).aliases.map(({ file, line }) => `${file}:${line}`)).toEqual([
      '/etc/network/interfaces.d/a:2',
      '/etc/network/interfaces.d/b:2',
      `${MAIN}:3`,
      '/etc/more/c:2',
    ]);
  });
});

describe('what is wrong is told with file, line and repair, all of it', () => {
  const stanza = (name: string, body: string) => `auto ${name}\niface ${name} inet static\n${body}\n`;
  test.each([
    ['a name that is no slot', stanza('eth0:web', 'address 10.0.0.1/24'), ":2: eth0:web: 'web' is not a slot number"],
    ['no address', stanza('eth0:0', 'netmask 24'), ':2: eth0:0: no address; add a line'],
    ['a wrong address', stanza('eth0:0', 'netmask 24\naddress 10.0.0'), ':4: eth0:0 10.0.0/24: not an address'],
    [
      'a mask with holes',
      stanza('eth0:0', 'address 10.0.0.1\nnetmask 255.0.255.0'),
      'no length of a network; say 1 to 32',
    ],
    [
      'an option twice',
      stanza('eth0:0', 'address 10.0.0.1/24\naddress 10.0.0.2/24'),
      ':3: eth0:0 address: given twice',
    ],
    [
      'a wrong broadcast address',
      stanza('eth0:0', 'address 10.0.0.1/24\nbroadcast x'),
      ':4: eth0:0 broadcast=x: not an IPv4',
    ],
    ['the wrong family', stanza('eth0:0', 'address 2001:db8::1/64'), 'say iface eth0:0 inet6 static'],
    [
      'a second address',
      stanza('eth0:0', 'address 10.0.0.1/24') + stanza('eth0:0', 'address 10.0.0.2/24'),
      `:5: eth0:0: a second address; the first is in ${MAIN}:2`,
    ],
    ['a circle of files', `source ${MAIN}\n`, 'files name each other in a circle'],
  ])('%s', (_, text, wanted) => {
    const { problems } = read(text);
    expect(problems).toHaveLength(1);
    const said = problems.map(
      ({ file, line, thing, problem, repair }) => `${file}:${line}: ${thing}: ${problem}; ${repair}`,
    );
    expect(said[0]).toContain(wanted);
  });

  test('several at once; a file that is not there', () => {
    expect(read(stanza('eth0:x', '') + stanza('eth0:0', '')).problems).toHaveLength(2);
    expect(read({}).problems).toEqual([
      { file: MAIN, line: 1, thing: MAIN, problem: 'cannot be read', repair: 'name another file' },
    ]);
  });
});
