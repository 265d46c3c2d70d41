/** A strict reader of the text format of Prometheus: throws for whatever a scraper would not take. */

export interface Metric {
  readonly type: string;
  readonly help: string;
  /** By name and labels as written. */
  readonly samples: Map<string, number>;
}

const NAME = '[a-z][a-z0-9_]*';
const HEAD = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`);
const SAMPLE = new RegExp(`^(${NAME})(\\{.*\\})? (-?\\d+(?:\\.\\d+)?(?:e[+-]\\d+)?)$`, 's');
const LABEL = new RegExp(`(${NAME})="((?:[^"\\\\\\n]|\\\\[\\\\"n])*)"(,|$)`, 'y');

export function parseMetrics(text: string): Map<string, Metric> {
  if (!text.endsWith('\n')) throw new Error('no newline at the end');
  const metrics = new Map<string, Metric>();
  let help = '';
  let current: { name: string; metric: Metric } | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const [, kind, name = '', rest = ''] = HEAD.exec(line) ?? [];
    if (kind === 'HELP') {
      if (metrics.has(name)) throw new Error(`${name} comes twice`);
      help = `${name} ${rest}`;
    } else if (kind === 'TYPE') {
      if (!help.startsWith(`${name} `)) throw new Error(`${name}: TYPE without HELP before it`);
      if (!['counter', 'gauge', 'histogram'].includes(rest)) throw new Error(`${name}: type ${rest}`);
      if ((rest === 'counter') !== name.endsWith('_total')) throw new Error(`${name}: a ${rest}`);
      current = { name, metric: { type: rest, help: help.slice(name.length + 1), samples: new Map() } };
      metrics.set(name, current.metric);
    } else {
      addSample(line, current);
    }
  }
  for (const [name, { samples }] of metrics) if (samples.size === 0) throw new Error(`${name} without samples`);
  return metrics;
}

function addSample(line: string, current: { name: string; metric: Metric } | undefined): void {
  const [, name = '', labels = '', value] = SAMPLE.exec(line) ?? [];
  if (value === undefined || current === undefined) throw new Error(`not understood: ${line}`);
  const suffixes = current.metric.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  if (!suffixes.some((suffix) => name === current.name + suffix)) throw new Error(`${name} among ${current.name}`);
  checkLabels(labels.slice(1, -1));
  const key = name + labels;
  if (current.metric.samples.has(key)) throw new Error(`${key} comes twice`);
  current.metric.samples.set(key, Number(value));
}

function checkLabels(text: string): void {
  const names = new Set<string>();
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const at = LABEL.lastIndex;
    const [, name] = LABEL.exec(text) ?? [];
    if (name === undefined || names.has(name)) throw new Error(`labels not understood at ${at}: ${text}`);
    names.add(name);
  }
}
