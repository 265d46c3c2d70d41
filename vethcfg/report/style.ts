/** Style sheet of the report, beside that of the pictures. */
export const REPORT_STYLE = `
body { margin: 0 auto; max-width: 1000px; padding: 0 16px 32px; background: var(--paper); color: var(--ink); font: 16px/1.45 system-ui, "DejaVu Sans", sans-serif; }
h1 { font-size: 22px; overflow-wrap: anywhere; } h2 { font-size: 19px; margin: 28px 0 8px; }
p { margin: 6px 0; overflow-wrap: anywhere; } p.out { color: var(--look); font-weight: bold; }
pre, td, .legend { font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: var(--box); border: 1px solid var(--edge); border-radius: 8px; padding: 8px 12px; margin: 8px 0; }
svg { max-width: 100%; height: auto; margin: 6px 0; }
.narrow { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 18px; } .legend span { color: var(--look); }
.scroll { overflow-x: auto; } .history { max-height: 40rem; overflow-y: auto; border: 1px solid var(--edge); border-radius: 8px; }
table { border-collapse: collapse; } th, td { text-align: left; padding: 3px 10px; vertical-align: top; border-bottom: 1px solid var(--edge); } th { font-size: 14px; color: var(--faint); }
tr.k-finding td { color: var(--out); font-weight: bold; }
fieldset { border: 1px solid var(--edge); border-radius: 8px; margin: 8px 0; display: flex; flex-wrap: wrap; gap: 0 18px; }
label { display: inline-flex; align-items: center; gap: 8px; min-height: 44px; overflow-wrap: anywhere; } input { width: 20px; height: 20px; flex: none; }
@media (max-width: 700px) {
  body { padding: 0 10px 32px; } .wide { display: none; } .narrow { display: block; }
  .history tr { display: block; border-bottom: 1px solid var(--edge); } .history td { display: inline; border: none; padding: 0 8px 0 4px; overflow-wrap: anywhere; }
}
`;
