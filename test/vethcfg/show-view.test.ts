import { expect, test } from 'vitest';
import { DEFAULT_AGGREGATOR, DEFAULT_PORT } from '../../src/aggregator/settings.js';
import { showView } from '../../vethcfg/show-view.js';
import { portStatus, shownAggregator, shownPort, showResult, state } from '../daemon/builders.js';

/** Option lines have tests of their own. */
const withoutOptions = (view: string) => view.replace(/^ +options .*\n( +[a-z_-]+=.*\n)*/gm, '');
/** Options as one line. */
const optionsOf = (view: string) =>
  view
    .replace(/\n +(?=[a-z_-]+=)/g, ' ')
    .match(/(?<=options +).*/g)
    ?.map((line) => ` ${line} `) ?? [];

test('an interface with one port in use, in full', () => {
  expect(withoutOptions(showView(showResult([shownAggregator({})])))).toBe(`\
vethd 0.1.0, data path user
control loop: 1000 timers, late by up to 1 ms 990, up to 5 ms 10; worst 3.3 ms, 61 s ago

veth0  carrier on, 1 of 1 ports distributing
  interface  index 5, MAC 02:00:00:00:00:01, MTU 1500
  system     priority 32768, 02:00:00:00:00:01, key 0x0100
  partner    00:01:e6:16:87:80, key 0x001b
  LAG ID     [(1000,00-01-E6-16-87-80,001B,00,0000),(8000,02-00-00-00-00-01,0100,00,0000)]
  dropped    to the links: 0 without a distributing port, 0 slow protocols of the host, 0 overrun; to the host: 0 refused

  eth0  port 1, distributing 50 % of the conversations
    link       up, 1000 Mbit/s, full duplex, MAC 02:00:00:00:00:01
    machines   SELECTED; Receive CURRENT, Periodic SLOW_PERIODIC, Mux DISTRIBUTING; churn: actor NO_CHURN, partner NO_CHURN
    actor      system 32768,02:00:00:00:00:01 key 0x0100 port 32768,1
               active, long timeout, aggregatable, in sync, collecting, distributing
    partner    system 4096,00:01:e6:16:87:80 key 0x001b port 128,7
               active, long timeout, aggregatable, in sync, collecting, distributing
    LAG ID     [(1000,00-01-E6-16-87-80,001B,00,0000),(8000,02-00-00-00-00-01,0100,00,0000)]
    protocol   LACPDUs 12 in, 13 out; markers 2 in; marker responses 0 in, 2 out; other 0 in; illegal 0 in
    changes    link lost 1, partner expired 2, defaulted 3
               in sync: actor 6, partner 7; churn: actor 4, partner 5; identity changed: actor 8, partner 9
    moves      from here: 0 markers, 0 timed out, 0 unexpected responses; to here: 0 frames held
    data       in 1000 frames 1500000 octets, out 900 frames 1200000 octets
    dropped    in: 0 not collecting, 0 overrun; out: 0 refused
`);
});

test('what part of the octets lately a port has sent', () => {
  const busy = shownAggregator({ lately: 61.4, ports: [shownPort({ octetShare: 0.123 })] });
  expect(showView(showResult([busy]))).toContain(
    'port 1, distributing 50 % of the conversations, 12 % of the octets in the last 61 s\n',
  );
});

test('what rebalancing has done', () => {
  const balanced = shownAggregator({
    settings: { ...DEFAULT_AGGREGATOR, rebalance: 10 },
    balance: { away: 3, moved: 5, measured: true },
  });
  expect(showView(showResult([balanced]))).toContain(
    '  rebalance  every 10 s; 5 conversations moved so far, 3 of 4096 are elsewhere than by weight\n',
  );
  expect(showView(showResult([shownAggregator({})]))).not.toContain('rebalance  ');
});

test('no interface says how to make one', () => {
  expect(showView(showResult([]))).toBe(
    'vethd 0.1.0, data path user\ncontrol loop: 1000 timers, late by up to 1 ms 990, up to 5 ms 10; worst 3.3 ms, 61 s ago\n\nno interfaces; make one with: vethcfg add PORT VETH\n',
  );
});

test('why it is this data path', () => {
  const result = { ...showResult([]), datapath: { kind: 'user', reason: 'no BPF here' } };
  expect(showView(result)).toContain('data path user (no BPF here)\n');
});

test('what works less well here than it could, and an older vethd that does not tell', () => {
  const filter = { part: 'filter', why: 'bpf(BPF_PROG_LOAD): EPERM', effect: 'settings alone' } as const;
  expect(showView({ ...showResult([]), reduced: [filter] })).toContain(
    'data path user\nreduced: filter (bpf(BPF_PROG_LOAD): EPERM): settings alone\n',
  );
  expect(showView({ ...showResult([]), reduced: undefined })).not.toContain('reduced');
});

test('a port without partner, and all that is special about it', () => {
  const { actor, partner } = portStatus({});
  const port = shownPort({
    receive: 'DEFAULTED',
    mux: 'DETACHED',
    selected: 'UNSELECTED',
    collecting: false,
    distributing: false,
    share: undefined,
    link: 'unknown',
    speed: undefined,
    duplex: undefined,
    actor: { ...actor, State: state({ LACP_Timeout: true, Defaulted: true, Expired: true }) },
    partner: { ...partner, System: '00:00:00:00:00:00' },
    notes: ['no LACPDU heard', 'speed unknown, admitted by agg_wc'],
    addresses: ['192.0.2.1/24', 'fe80::1/64'],
    reduced: 'no netfilter here',
    counters: { ...portStatus({}).counters, illegalRx: { short: 3, subtype: 0, version: 1 } },
  });
  const view = showView(
    showResult([
      shownAggregator({
        carrier: false,
        activeLag: undefined,
        partnerSystem: undefined,
        partnerKey: undefined,
        notes: ['2 of 3 links needed'],
        ports: [port],
      }),
    ]),
  );
  for (const line of [
    'veth0  carrier off, 0 of 1 ports distributing\n  note: 2 of 3 links needed\n',
    '  partner    none\n  LAG ID     none yet\n',
    '  eth0  port 1, not in use\n    note: no LACPDU heard\n    note: speed unknown, admitted by agg_wc\n',
    '    link       unknown, speed unknown, duplex unknown, MAC ',
    '               passive, short timeout, individual, out of sync, not collecting, not distributing, defaulted, expired\n',
    '    partner    none heard (defaults in use)\n    LAG ID',
    '; illegal 3 in (short), 1 in (version)\n',
    '    addresses  192.0.2.1/24, fe80::1/64 (silent while the port is attached)\n    reduced    no netfilter here\n',
  ]) {
    expect(view).toContain(line);
  }
});

test.each([
  [{ selected: 'STANDBY', collecting: false, distributing: false }, 'standing by'],
  [{ collecting: true, distributing: false }, 'collecting only'],
  [{ share: undefined }, 'distributing'],
] as const)('a port with %j is %s', (differences, words) => {
  const view = showView(showResult([shownAggregator({ ports: [shownPort(differences)] })]));
  expect(view).toContain(`  eth0  port 1, ${words}\n`);
});

test('LACP version 2: whether conversations are agreed, and which a port sends', () => {
  const digest = '0123456789abcdef0123456789abcdef';
  const conversations = { portAlgorithm: '02766503', linkListDigest: digest, differences: [] };
  const port = { linkNumber: 3, partnerLinkNumber: 3, sent: 1023, inStep: true, discardsWrong: false };
  const shown = (aggregator: object, of: object, partnerVersion = 2) =>
    showView(
      showResult([
        shownAggregator({
          conversations: { ...conversations, ...aggregator },
          ports: [shownPort({ partnerVersion, conversations: { ...port, ...of } })],
        }),
      ]),
    );
  const agreed = shown({}, {});
  expect(agreed).toContain(`  LACP v2    conversations agreed; port algorithm 02-76-65-03, list ${digest}\n`);
  expect(agreed).toContain('    LACP v2    link number 3, sends 1023 of 4096 conversations; partner sends the same\n');
  expect(agreed).toContain('in: 0 not collecting, 0 wrong conversation, 0 overrun;');
  expect(shown({ differences: ['version'] }, {})).toContain('conversations not agreed;');
  expect(shown({ differences: undefined }, {})).toContain('conversations of no port in use;');
  expect(shown({}, { inStep: false })).toContain('; partner sends others\n');
  expect(shown({}, { inStep: undefined })).toContain('; partner has not said which it sends\n');
  expect(shown({}, { inStep: undefined }, 1)).toContain('; partner speaks version 1\n');
  expect(shown({}, { discardsWrong: true })).toContain('the same, others are discarded\n');
});

test('settings are shown as they would be written', () => {
  const settings = { ...DEFAULT_AGGREGATOR, key: 4096, agg_wc: false, mac: '02:00:00:00:00:09' };
  const port = shownPort({ settings: { ...DEFAULT_PORT, speed: 2500, agg_wc: true }, speed: 2500 });
  const view = showView(showResult([shownAggregator({ settings, ports: [port] })]));
  const [ofInterface, ofPort] = optionsOf(view);
  for (const word of ['lacp=active', 'key=4096', 'agg_wc=0', 'mac=02:00:00:00:00:09', 'mtu=auto']) {
    expect(ofInterface).toContain(` ${word} `);
  }
  for (const word of ['agg_wc=1', 'port-priority=32768', 'speed=2.5G', 'aggregation=1']) {
    expect(ofPort).toContain(` ${word} `);
  }
  expect(view).toContain('2500 Mbit/s (declared), ');
});

test('colours are there on request only, and change nothing else', () => {
  const result = showResult([shownAggregator({})]);
  const coloured = showView(result, true);
  const plain = ['1', '32', '31', '0'].reduce((text, code) => text.replaceAll(`\u001b[${code}m`, ''), coloured);
  expect(plain).toBe(showView(result));
  expect(coloured).not.toBe(showView(result));
});
