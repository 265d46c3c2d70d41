/** Style sheet of all pictures: colours for light and dark, and lines that differ without colours. */
export const PICTURE_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1b1f24; --faint: #57606a; --edge: #d0d7de; --box: #f6f8fa; --lit: #fff4d6; --focus: #0969da;
  --in-use: #1a7f37; --receives: #0969da; --waiting: #9a6700; --standby: #8250df; --out: #cf222e; --down: #6e7781;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0d1117; --ink: #e6edf3; --faint: #9198a1; --edge: #3d444d; --box: #161b22; --lit: #4a3a10; --focus: #58a6ff;
    --in-use: #3fb950; --receives: #58a6ff; --waiting: #d29922; --standby: #b083f0; --out: #ff7b72; --down: #9198a1;
  }
}
svg { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--ink); }
svg.bundle { display: block; }
.in-use { --look: var(--in-use); } .receives { --look: var(--receives); } .waiting { --look: var(--waiting); }
.standby { --look: var(--standby); } .out { --look: var(--out); } .down { --look: var(--down); }
.link .line { stroke: var(--look); stroke-width: 3; }
.link.in-use .line { stroke-width: 6; }
.link.receives .line { stroke-dasharray: 16 5; }
.link.waiting .line { stroke-dasharray: 7 6; }
.link.standby .line { stroke-dasharray: 14 5 3 5; }
.link.out .line { stroke-dasharray: 2 6; }
.link .plug { fill: var(--paper); stroke: var(--look); stroke-width: 2.5; }
.link .cross { stroke: var(--look); stroke-width: 2.5; fill: none; }
.link .end { font-weight: bold; }
.link .words, .system .words { fill: var(--faint); }
.link .state { fill: var(--look); font-weight: bold; }
.link .verdict { fill: var(--ink); font-style: italic; }
.link .touch { fill: transparent; stroke: none; }
.link[role=button] { cursor: pointer; }
.link[role=button]:hover .touch, .link[aria-pressed=true] .touch { fill: var(--box); }
.link:focus-visible { outline: none; }
.link:focus-visible .touch { stroke: var(--focus); stroke-width: 2; }
.system rect { fill: var(--box); stroke: var(--edge); stroke-width: 1.5; }
.system .name { font-weight: bold; }
.strips .tick { stroke: var(--edge); }
.strips .words { fill: var(--faint); }
.segment rect { fill: var(--look); }
.segment .inside { fill: var(--paper); font-size: 11px; }
.mark path { fill: none; stroke: var(--out); stroke-width: 1.5; } .mark text { fill: var(--out); font-weight: bold; font-size: 13px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.machine rect { fill: var(--box); stroke: var(--edge); stroke-width: 1.5; }
.machine .initial rect { stroke-dasharray: 5 3; }
.machine .lit rect { fill: var(--lit); stroke: var(--ink); stroke-width: 3; stroke-dasharray: none; }
.machine .lit text { font-weight: bold; }
.machine .arrow path { fill: none; stroke: var(--faint); stroke-width: 1.2; }
.machine .arrow text { fill: var(--faint); font-size: 11px; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; }
.machine .head path { fill: var(--faint); stroke: none; }
.machine .way path { stroke: var(--ink); stroke-width: 2.2; }
.machine .way text { fill: var(--ink); font-weight: bold; }
`;
