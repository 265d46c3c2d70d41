/** Pages for those who come from other tools: what they are told to say is what vethd takes. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type OptionScope, parseOptions } from '../../src/daemon/options.js';

const PAGES = new URL('../../docs/migration/', import.meta.url);
const SCOPES: readonly OptionScope[] = ['aggregator', 'port'];

/** Words in code marks that look like ours: `rate=fast`, also in a command or after a mode. */
const words = (text: string): string[] =>
  [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, code = '']) =>
    code.split(' ').filter((word) => /^[a-z][a-z_-]*=[^=\s]+$/.test(word)),
  );

/** Undefined: taken, of the interface or of a port. */
function refusal(word: string): string | undefined {
  const refusals = SCOPES.map((scope) => {
    try {
      parseOptions([word], scope);
      return undefined;
    } catch (error) {
      return String(error);
    }
  });
  return refusals.includes(undefined) ? undefined : refusals[0];
}

describe.each(readdirSync(PAGES))('docs/migration/%s', (page) => {
  const text = readFileSync(new URL(page, PAGES), 'utf8');

  test('every setting it names is taken', () => {
    const all = words(text);
    expect(all.length).toBeGreaterThan(20);
    expect(all.flatMap((word) => refusal(word) ?? [])).toEqual([]);
  });

  test('it links to pages that are there', () => {
    const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
    expect(links.filter((path) => readFileSync(new URL(path, new URL(page, PAGES)), 'utf8') === '')).toEqual([]);
  });
});

/** Of the kernel's documentation of bonding, and of netplan's reference: a page that leaves one out misleads. */
const THEIRS = {
  'bonding.md':
    'ad_actor_sys_prio ad_actor_system ad_select ad_user_port_key all_slaves_active arp_interval arp_ip_target ns_ip6_target arp_validate downdelay fail_over_mac lacp_active lacp_rate max_bonds miimon min_links mode num_grat_arp num_unsol_na packets_per_slave primary primary_reselect tlb_dynamic_lb updelay use_carrier xmit_hash_policy resend_igmp lp_interval coupled_control broadcast_neighbor active_slave arp_all_targets arp_missed_max peer_notif_delay',
  'teamd.md':
    'hwaddr notify_peers.count mcast_rejoin link_watch.name link_watch.delay_up link_watch.delay_down runner.name runner.active runner.fast_rate runner.sys_prio runner.min_ports runner.agg_select_policy runner.tx_hash runner.tx_balancer.name runner.tx_balancer.balancing_interval runner.hwaddr_policy lacp_prio lacp_key prio sticky queue_id',
  'netplan.md':
    'mode lacp-rate mii-monitor-interval min-links transmit-hash-policy ad-select all-members-active arp-interval arp-ip-targets arp-validate arp-all-targets up-delay down-delay fail-over-mac-policy gratuitous-arp packets-per-member primary-reselect-policy resend-igmp learn-packet-interval primary',
} as const;

test.each(Object.entries(THEIRS))('%s has a row for every option of theirs', (page, options) => {
  const text = readFileSync(new URL(page, PAGES), 'utf8');
  expect(options.split(' ').filter((option) => !new RegExp(`(^|[^\\w-])${option}([^\\w-]|$)`, 'm').test(text))).toEqual(
    [],
  );
});
