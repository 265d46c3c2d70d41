import { expect, test } from 'vitest';
import { type BundlePicture, bundlePicture, type LinkPicture } from '../../src/pictures/bundle.js';
import { LOOKS } from '../../src/pictures/look.js';

const link = (some: Partial<LinkPicture> = {}): LinkPicture => ({
  look: 'in-use',
  id: 'eth0',
  near: 'eth0 #1',
  far: '#7',
  facts: ['10 Gbit/s', 'COLLECTING_DISTRIBUTING', 'LACP_DISABLED', 'share 100 %'],
  verdict:
    'kept out: partner 02:cc:00:00:00:00 (key 0009) differs from 02:cc:00:00:00:00 (key 0001) of the active ports',
  partner: 0,
  ...some,
});
const system = { title: 'veth0', lines: ['machine', '02:bb:00:00:00:00', 'key 0100'] };
const picture = (links: readonly LinkPicture[], far = [system]): BundlePicture => ({
  label: 'a bundle',
  near: system,
  far,
  links,
});

/** Where a text begins and ends, by the width that letters are taken to have. */
function reaches(svg: string): number[] {
  return [...svg.matchAll(/<text x="([\d.]+)" y="[\d.]+"([^>]*)>([^<]*)</g)].flatMap(
    ([, x, attributes = '', words = '']) => {
      const width = words.replaceAll(/&[^;]+;/g, '.').length * 7.25;
      const from = Number(x) - (attributes.includes('middle') ? width / 2 : attributes.includes('"end"') ? width : 0);
      return [from, from + width];
    },
  );
}

test.each([320, 360, 700, 1200])('at %i pixels no word reaches over the edge', (width) => {
  const svg = bundlePicture(picture(LOOKS.map((look) => link({ look }))), width);
  expect(svg).toContain(`viewBox="0 0 ${width} `);
  const places = reaches(svg);
  expect(places.length).toBeGreaterThan(20);
  expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...places)).toBeLessThanOrEqual(width);
});

test('each state has a word beside its colour, for those who see no colours, and for those who do not see', () => {
  const svg = bundlePicture(picture(LOOKS.map((look) => link({ look, verdict: undefined }))), 900);
  for (const word of ['in use', 'receives only', 'waiting', 'standing by', 'not in use', 'link down']) {
    expect(svg).toContain(`aria-label="eth0 #1, ${word}, 10 Gbit/s`);
    expect(svg.match(new RegExp(`. ${word} · 10 Gbit/s`, 'g'))).not.toBeNull();
  }
});

test('links with two partners end at two systems; one that nobody answers ends in the open', () => {
  const links = [link(), link({ id: 'eth1', partner: 1 }), link({ id: 'eth2', partner: undefined })];
  const svg = bundlePicture(picture(links, [system, { ...system, title: 'other' }]), 900);
  expect(svg.match(/class="system far"/g)).toHaveLength(2);
  const [, open] = svg.split('data-port="eth2"');
  expect(open?.match(/class="plug"/g)).toHaveLength(1);
});

test('hostile names are words', () => {
  const svg = bundlePicture(
    picture([link({ id: '"><script>', near: '<script>alert(1)</script>', verdict: '<b>' })]),
    900,
  );
  expect(svg).not.toMatch(/<script|<b>|"><scr/);
});
