/**
 * The page's own script: axis, marks, zoom, the filter by fate and the details of a request. It runs in the browser, from
 * inside the page, so it is kept as text.
 */
export const PAGE_SCRIPT = `
const NS = 'http://www.w3.org/2000/svg';
const draw = (parent, name, attributes, text) => {
  const node = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
};
const niceStep = (span) => {
  const rough = span / 9;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
};
const shortMs = (at) => (at > 0 ? '+' : '') + (Math.abs(at) >= 100 ? at.toFixed(0) : at.toFixed(1)) + ' ms';

for (const figure of document.querySelectorAll('figure.timeline')) {
  const plot = figure.querySelector('svg.plot');
  const lanes = plot.querySelector('svg.lanes');
  const overlay = plot.querySelector('g.overlay');
  const details = figure.querySelector('.details');
  const requests = JSON.parse(figure.querySelector('script').textContent);
  const number = (key) => Number(plot.dataset[key]);
  const [left, right, top, height] = ['left', 'right', 'top', 'lanes'].map(number);
  const marks = JSON.parse(plot.dataset.marks);
  const log = JSON.parse(plot.dataset.log);
  const whole = [number('from'), number('to')];
  const initial = [number('viewFrom'), number('viewTo')];
  let view = initial;
  const x = (at) => left + ((at - view[0]) / (view[1] - view[0])) * (right - left);
  const visible = (at) => at >= view[0] && at <= view[1];

  const show = () => {
    lanes.setAttribute('viewBox', view[0] + ' 0 ' + (view[1] - view[0]) + ' ' + height);
    overlay.replaceChildren();
    const bottom = top + height;
    const step = niceStep(view[1] - view[0]);
    for (let at = Math.ceil(view[0] / step) * step; at <= view[1]; at += step) {
      draw(overlay, 'path', { class: 'grid', d: 'M' + x(at) + ' ' + top + 'V' + (bottom + 5) });
      const label = Math.abs(at) < step / 1000 ? '0' : (at > 0 ? '+' : '') + Number(at.toPrecision(6));
      if (x(at) > left + 14) draw(overlay, 'text', { class: 'tick', x: x(at), y: bottom + 18 }, label);
    }
    draw(overlay, 'text', { class: 'log-label', x: left - 8, y: bottom + 18 }, 'ms since SIGTERM');
    for (const line of log.filter(({ at }) => visible(at))) {
      const dot = draw(overlay, 'circle', { class: 'log', cx: x(line.at), cy: bottom + 31, r: 3.2 });
      draw(dot, 'title', {}, shortMs(line.at) + ' ' + line.text);
    }
    if (log.length > 0) draw(overlay, 'text', { class: 'log-label', x: left - 8, y: bottom + 35 }, 'server log');
    const placed = marks
      .map((mark, index) => ({ ...mark, y: 12 + index * number('markRow'), kind: mark.label.replace(/ /g, '-') }))
      .filter((mark) => visible(mark.at));
    for (const mark of placed) {
      draw(overlay, 'path', { class: 'mark ' + mark.kind, d: 'M' + x(mark.at) + ' ' + (mark.y - 9) + 'V' + bottom });
    }
    for (const mark of placed) {
      const onLeft = x(mark.at) > right - 190;
      const place = { x: x(mark.at) + (onLeft ? -6 : 6), y: mark.y, 'text-anchor': onLeft ? 'end' : 'start' };
      const label = draw(overlay, 'text', { class: 'mark-label ' + mark.kind, ...place }, mark.label);
      if (mark.at !== 0) draw(label, 'tspan', { class: 'when' }, '  ' + shortMs(mark.at));
    }
  };
  const zoom = (factor, around = (view[0] + view[1]) / 2) => {
    const span = Math.min((view[1] - view[0]) * factor, whole[1] - whole[0]);
    const share = (around - view[0]) / (view[1] - view[0]);
    const from = Math.max(whole[0], Math.min(around - span * share, whole[1] - span));
    view = [from, from + span];
    show();
  };
  const at = (event) => {
    const box = plot.getBoundingClientRect();
    const px = ((event.clientX - box.left) / box.width) * plot.viewBox.baseVal.width;
    return view[0] + ((px - left) / (right - left)) * (view[1] - view[0]);
  };

  const actions = {
    whole: () => { view = whole; show(); },
    drain: () => { view = initial; show(); },
    closer: () => zoom(0.6),
    wider: () => zoom(1 / 0.6),
  };
  for (const button of figure.querySelectorAll('button[data-zoom]')) {
    button.addEventListener('click', actions[button.dataset.zoom]);
  }
  plot.addEventListener('wheel', (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.25 : 0.8, at(event));
  }, { passive: false });
  plot.addEventListener('dblclick', (event) => zoom(0.5, at(event)));
  let grabbed = null;
  plot.addEventListener('pointerdown', (event) => { grabbed = at(event); });
  addEventListener('pointerup', () => { grabbed = null; });
  plot.addEventListener('pointermove', (event) => {
    if (grabbed !== null) {
      const span = view[1] - view[0];
      const from = Math.max(whole[0], Math.min(view[0] + grabbed - at(event), whole[1] - span));
      view = [from, from + span];
      show();
      return;
    }
    const index = event.target.dataset?.request;
    if (index !== undefined) details.textContent = requests[index];
  });
  for (const chip of figure.querySelectorAll('button[data-chip]')) {
    chip.addEventListener('click', () => {
      const only = figure.dataset.only === chip.dataset.chip ? '' : chip.dataset.chip;
      figure.dataset.only = only;
      for (const bar of lanes.querySelectorAll('rect.bar')) bar.classList.toggle('dim', only !== '' && bar.dataset.fate !== only);
      for (const other of figure.querySelectorAll('button[data-chip]')) other.setAttribute('aria-pressed', String(other.dataset.chip === only));
    });
  }
  show();
}
`;
