/** docs/benchmarks.md, made whole from a run. */

import type { MachineDescription } from '../machine.js';
import type { Results } from '../results.js';
import { sections } from './sections.js';
import { BIGGEST_TRAPS } from './traps.js';

/** Plots stand above the section of this title. */
const PLOTS: Readonly<Record<string, string>> = {
  'Ratios to the raw link': 'ratios.svg',
  Processor: 'processor.svg',
  Failover: 'failover.svg',
  'Many ports at fast rate': 'control.svg',
};

export function document(results: Results, plots: ReadonlySet<string>): string {
  const { machine, startedAt, tookS, quick } = results;
  return `${[
    '# Benchmarks',
    `Written by \`npm run bench -- ${quick ? '--quick ' : ''}--publish\`; do not edit. All samples: [benchmarks/results.json](benchmarks/results.json).`,
    `Run of ${startedAt.slice(0, 16).replace('T', ' ')} UTC, ${Math.round(tookS / 60)} minutes. ${machineText(machine)}`,
    ...sections(results).flatMap(({ title, text }) => {
      const plot = PLOTS[title];
      return [
        `## ${title}`,
        ...(plot !== undefined && plots.has(plot) ? [`![${title}](benchmarks/${plot})`] : []),
        text,
      ];
    }),
    BIGGEST_TRAPS,
  ].join('\n\n')}\n`;
}

export function machineText({
  processor,
  cores,
  memoryGiB,
  kernel,
  system,
  versions,
  load,
  congestionControl,
}: MachineDescription): string {
  const programs = Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
  return (
    `${processor}, ${cores} cores, ${memoryGiB} GiB, ${system}, Linux ${kernel}. ${programs}. ` +
    `Congestion control ${congestionControl}. Load before the run: ${load.map((value) => value.toFixed(2)).join(' ')}.`
  );
}
