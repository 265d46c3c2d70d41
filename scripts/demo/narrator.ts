/** What the demonstration says: time since the start, steps, tables, and the figures for the summary. */
export class Narrator {
  readonly #from = performance.now();
  readonly #figures: [name: string, text: string][] = [];
  #step = '';
  #over = false;

  /** Opens a step; a failure names it. */
  step(title: string): void {
    this.#step = title;
    console.log(`\n== ${title}`);
  }

  /** One line with the time since the start. */
  say(text: string): void {
    if (!this.#over) console.log(`${((performance.now() - this.#from) / 1000).toFixed(2).padStart(6)} s  ${text}`);
  }

  /** Several lines as they are, indented. */
  block(text: string): void {
    if (this.#over) return;
    for (const line of text.trimEnd().split('\n')) console.log(`          ${line}`);
  }

  /** Keeps a measured figure for the summary, and says it. */
  figure(name: string, text: string): void {
    this.#figures.push([name, text]);
    this.say(`${name}: ${text}`);
  }

  summary(): void {
    this.step('summary');
    const width = Math.max(...this.#figures.map(([name]) => name.length));
    for (const [name, text] of this.#figures) console.log(`  ${name.padEnd(width)}  ${text}`);
    console.log(`  ${'whole run'.padEnd(width)}  ${((performance.now() - this.#from) / 1000).toFixed(1)} s`);
  }

  /** Nothing that an interrupted step still finds out is said after this. */
  failed(message: string): void {
    this.#over = true;
    console.error(`\nFAILED in "${this.#step}": ${message}`);
  }
}
