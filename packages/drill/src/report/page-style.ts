/** The page's style sheet; no font, image or script comes from outside. */
export const PAGE_STYLE = `
:root { --ink: #1d2530; --soft: #5d6875; --line: #dfe4ea; --paper: #fff; --good: #227a58; --bad: #c81d34; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 32px 28px 64px; max-width: 1320px; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; }
h1 { margin: 0; font-size: 27px; letter-spacing: -0.01em; }
h2 { margin: 52px 0 4px; font-size: 20px; }
p { margin: 4px 0; max-width: 92ch; }
code { font: 13px ui-monospace, 'DejaVu Sans Mono', monospace; background: #f2f4f7; padding: 1px 5px; border-radius: 4px; }
.setting, .policy { color: var(--soft); }
.verdict { margin: 18px 0; padding: 13px 18px; border-left: 5px solid; font-size: 17px; font-weight: 600; max-width: none; }
.verdict.good { border-color: var(--good); background: #eef8f3; color: #14543b; }
.verdict.bad { border-color: var(--bad); background: #fdf0f1; color: #8d1425; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 13.5px; width: 100%; }
th, td { padding: 6px 7px; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
td:last-child { white-space: normal; min-width: 96px; }
th { font-weight: 600; color: var(--soft); font-size: 11.5px; line-height: 1.25; vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { text-align: left; }
td a { color: inherit; text-decoration-color: #b9c2cc; text-underline-offset: 3px; }
td.zero { color: #b4bcc6; }
td.fault { color: #fff; background: var(--bad); font-weight: 700; }
figure.timeline { margin: 14px 0 0; border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px 10px; }
figcaption { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; margin-bottom: 8px; }
figcaption .spacer { flex: 1; }
button { font: inherit; font-size: 13px; color: inherit; background: #fff; border: 1px solid var(--line); border-radius: 14px;
  padding: 2px 11px; cursor: pointer; }
button:hover { border-color: #9aa5b1; }
button[aria-pressed='true'] { background: #1d2530; color: #fff; }
button i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px; }
button b { font-variant-numeric: tabular-nums; margin-left: 4px; }
svg.plot { width: 100%; height: auto; display: block; user-select: none; cursor: grab; }
svg text { font: 11px system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif; fill: var(--soft); }
.client-labels text, .log-label { text-anchor: end; }
.tick { text-anchor: middle; }
.band.even { fill: #1d2530; fill-opacity: 0.022; }
.band.odd { fill: none; }
.draining { fill: #f6c453; fill-opacity: 0.13; }
.after-exit { fill: #1d2530; fill-opacity: 0.07; }
.connection { fill: none; stroke: #8f9aa6; stroke-width: 1.2; vector-effect: non-scaling-stroke; }
.connection.broken { stroke: #d7263d; stroke-opacity: 0.75; }
.bar { vector-effect: non-scaling-stroke; stroke-width: 1; fill: var(--fate);
  stroke: color-mix(in srgb, var(--fate) 78%, #10202c); }
.bar[data-fate='refused'] { fill-opacity: 0.25; stroke-width: 1.5; }
.bar[data-fate='answered'] { fill-opacity: 0.35; stroke-opacity: 0.5; }
.bar.dark { fill: #1f4e8c; stroke: #1f4e8c; fill-opacity: 1; stroke-opacity: 1; }
.bar[data-fate='lost'], .bar[data-fate='phantom'], .bar[data-fate='missing'], .bar[data-fate='failed'] {
  stroke: var(--fate); stroke-width: 2.4; fill-opacity: 1; }
.bar.dim { opacity: 0.07; }
.bar:hover { stroke: #000; stroke-width: 2; }
.sending { fill: #fff; fill-opacity: 0.55; pointer-events: none; }
.grid { stroke: #1d2530; stroke-opacity: 0.09; pointer-events: none; }
.mark { fill: none; stroke: #1d2530; stroke-width: 1.1; stroke-dasharray: 3 3; pointer-events: none; }
.mark.signal, .mark.exit { stroke-dasharray: none; stroke-width: 1.6; }
.mark.signal { stroke: #c2700a; }
svg .mark-label { font-size: 12px; font-weight: 600; fill: #1d2530; paint-order: stroke; stroke: #fff; stroke-width: 3px; }
svg .mark-label.signal { fill: #a75c00; }
svg .when { font-weight: 400; fill: var(--soft); white-space: pre; }
.log { fill: #1d2530; fill-opacity: 0.55; }
.details { min-height: 1.5em; margin-top: 4px; color: var(--soft); font: 12.5px ui-monospace, 'DejaVu Sans Mono', monospace; }
.why { margin: 14px 0 0; border: 1px solid var(--line); border-left: 5px solid var(--bad); border-radius: 4px; padding: 10px 16px 12px; }
.why h3 { margin: 0; font-size: 16px; }
.why h4 { margin: 12px 0 2px; font-size: 15px; }
.why .count { margin-left: 6px; color: var(--bad); font-weight: 400; }
.why .advice::before { content: 'Advice: '; font-weight: 600; }
details { margin-top: 10px; }
summary { cursor: pointer; color: var(--soft); }
pre { font: 12px/1.5 ui-monospace, 'DejaVu Sans Mono', monospace; overflow-x: auto; margin: 6px 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 16px; margin: 8px 0; }
dt { font-weight: 600; }
dt i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 8px; }
dd { margin: 0; color: var(--soft); }
`;
