/** Systems and links of a capture as bundles to draw: one for each system that is named first on a link. */
import { stateLetters } from '../../src/lacp/port-state.js';
import type { BundlePicture, LinkPicture } from '../../src/pictures/bundle.js';
import { LOOKS, type Look, lookOfState } from '../../src/pictures/look.js';
import type { EndReport } from '../../src/replay/report.js';

/** More links are left to the tables. */
const MOST_LINKS = 64;

interface Link {
  readonly near: EndReport;
  readonly far: EndReport | undefined;
}

/** `more`: how many links were too many. */
export function capturedBundles(ends: readonly EndReport[]): {
  readonly bundles: readonly BundlePicture[];
  readonly more: number;
} {
  const bySystem = new Map<string, Link[]>();
  const links = linksOf(ends);
  for (const link of links.slice(0, MOST_LINKS)) {
    const system = letterOf(link.near);
    bySystem.set(system, [...(bySystem.get(system) ?? []), link]);
  }
  return {
    bundles: [...bySystem].map(([letter, own]) => bundle(letter, own)),
    more: Math.max(0, links.length - MOST_LINKS),
  };
}

/** Each link once, from the end whose system spoke first. */
function linksOf(ends: readonly EndReport[]): Link[] {
  const drawn = new Set<string>();
  const systems = [...new Set(ends.map(letterOf))];
  return ends.flatMap((end): Link[] => {
    if (drawn.has(end.end)) return [];
    const other = ends.find((each) => each !== end && each.end === end.far && !drawn.has(each.end));
    drawn.add(end.end);
    if (other === undefined) return [{ near: end, far: undefined }];
    drawn.add(other.end);
    const first = systems.indexOf(letterOf(end)) <= systems.indexOf(letterOf(other));
    return [first ? { near: end, far: other } : { near: other, far: end }];
  });
}

function bundle(letter: string, links: readonly Link[]): BundlePicture {
  const partners = [...new Set(links.flatMap(({ far }) => (far === undefined ? [] : [letterOf(far)])))];
  const systemOf = (name: string, end: EndReport | undefined) => ({
    title: `system ${name}`,
    lines: end === undefined ? [] : [end.actor.System, `key ${end.actor.Key.toString(16).padStart(4, '0')}`],
  });
  return {
    label: `system ${letter} and its links at the end of the capture`,
    near: systemOf(letter, links[0]?.near),
    far: partners.map((name) =>
      systemOf(name, links.find(({ far }) => far !== undefined && letterOf(far) === name)?.far),
    ),
    links: links.map(({ near, far }): LinkPicture => {
      const partner = far === undefined ? -1 : partners.indexOf(letterOf(far));
      return {
        ...(isSilent(near) || (far !== undefined && isSilent(far)) ? { word: 'silent' } : {}),
        look: worse(lookOfEnd(near), far === undefined ? 'in-use' : lookOfEnd(far)),
        id: near.end,
        near: near.end,
        far: far?.end ?? near.far ?? 'not in the capture',
        facts: factsOf(near, far),
        verdict: verdictOf(near) ?? (far === undefined ? undefined : verdictOf(far)),
        partner: partner < 0 ? undefined : partner,
      };
    }),
  };
}

function factsOf(near: EndReport, far: EndReport | undefined): string[] {
  const words = [near, far].flatMap((end) =>
    end === undefined ? [] : [`${end.end} ${stateLetters(end.actor.State)}`],
  );
  return [...words, `${near.lacpdus + (far?.lacpdus ?? 0)} LACPDUs`];
}

const lookOfEnd = ({ actor, explanation }: EndReport): Look =>
  explanation.use === 'silent' ? 'down' : lookOfState(actor.State);

const isSilent = ({ explanation }: EndReport): boolean => explanation.use === 'silent';

const worse = (a: Look, b: Look): Look => (LOOKS.indexOf(a) > LOOKS.indexOf(b) ? a : b);

function verdictOf({ end, explanation }: EndReport): string | undefined {
  const text = explanation.verdicts.find(({ weight }) => weight !== 'remark')?.text ?? explanation.untold[0];
  return text === undefined ? undefined : `${end}: ${text}`;
}

/** `A/1`: A. */
const letterOf = ({ end }: EndReport): string => end.replace(/\/.*$/, '');
